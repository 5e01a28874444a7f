"""An order that was reported as closed without a fill, and fills after its exit is over."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFilled, GuardReduced
from engine.exits.endings import give_up, stand_down
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.orders.states import IntentEvent
from tests.engine.exits.manual import SOME, begin
from tests.engine_room import a_trigger


@pytest.fixture
async def given_up(room):
    """A guard whose exit ended without a fill while its order rests at the venue."""
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.read()
    guard = await room.arm("0.1", "6000")
    room.trade("sell", "0.1", limit="70000")
    [order] = (await room.broker().fetch_open_orders()).orders
    trigger = a_trigger(at=room.clock.now())
    live = await room.journal.plan_exit(await room.guard(guard.guard_id), trigger, intent_id="exit-1")
    intent = await room.journal.orders.record(
        live.intent, IntentEvent.SEND, cause="send", quantity=Decimal("0.1"), sent_at=room.clock.now()
    )
    room.first_id = intent.client_order_id
    intent = await room.journal.orders.record(
        intent,
        IntentEvent.ACCEPT,
        cause="accepted",
        detail=order.venue_order_id,
        venue_order_id=order.venue_order_id,
    )
    room.intent = await room.journal.orders.retry(intent, cause="closed without a fill")
    room.order_id = order.venue_order_id
    return room


async def fill_it(room):
    room.set_bid("71000")
    for _ in range(3):
        await room.clock.sleep(30)
        await room.read()


@pytest.mark.fault("V60")
async def test_a_fill_of_an_attempt_that_was_given_up_is_reported_as_our_sale_once(given_up):
    guard = await given_up.guard()
    await stand_down(given_up.journal, given_up.intent, guard, was=guard)

    await fill_it(given_up)

    [filled] = await given_up.alerts(ExitFilled)
    assert (filled.venue_order_id, filled.client_order_id) == (given_up.order_id, given_up.first_id)
    assert (filled.quantity, filled.found_later) == (Decimal("0.1"), True)
    assert await given_up.alerts(GuardReduced, ClosedElsewhere) == []
    assert (await given_up.guard()).state is GuardState.CLOSED
    assert "an order that was given up has filled" in {
        log["event"] for log in given_up.logs if log["log_level"] == "critical"
    }


async def test_a_fill_that_cannot_be_booked_keeps_only_its_own_coin_from_being_followed(given_up):
    guard = await given_up.guard()
    await stand_down(given_up.journal, given_up.intent, guard, was=guard)
    given_up.deposit("ETH", "5")
    given_up.set_bid("2600", "ETH/USD")
    await given_up.read()
    await given_up.arm("3", "7500", "ETH/USD", guard_id="guard-2")
    await given_up.clock.sleep(5)
    given_up.trade("sell", "5", "ETH/USD")

    async with given_up.refused_changes("NEW.dedup_key LIKE 'late_fill:%'", table="alerts"):
        await fill_it(given_up)

    assert [guard.asset for guard in await given_up.guards()] == ["BTC"]
    assert (await given_up.guard()).quantity == Decimal("0.1")
    await fill_it(given_up)
    assert (await given_up.guard()).state is GuardState.CLOSED
    assert [alert.quantity for alert in await given_up.alerts(ExitFilled)] == [Decimal("0.1")]
    assert await given_up.alerts(GuardReduced) == []


async def test_while_its_exit_goes_on_the_exit_seeks_it_itself(given_up):
    await fill_it(given_up)

    assert await given_up.alerts(ExitFilled) == []


async def test_what_an_exit_ended_with_is_reported_by_its_end_alone(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.read()
    await room.arm("0.1", "6000")
    room.set_bid("50000")
    await room.sell_off()

    for _ in range(3):
        await room.clock.sleep(30)
        await room.read()

    assert len(await room.alerts(ExitFilled)) == 1


async def test_two_late_orders_take_no_more_off_the_guard_of_today_than_is_missing(room):
    room.deposit("BTC", "0.5")
    room.set_bid("60000")
    await room.read()
    await room.arm("0.2", "12000")
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()
    for _ in range(2):
        room.trade("sell", "0.1", limit="70000")
    orders = (await room.broker().fetch_open_orders()).orders
    live = await room.journal.plan_exit(
        await room.guard(), a_trigger(at=room.clock.now()), intent_id="exit-1"
    )
    intent = live.intent
    for order in orders:
        sent = await room.journal.orders.record(
            intent, IntentEvent.SEND, cause="send", quantity=Decimal("0.1"), sent_at=room.clock.now()
        )
        accepted = await room.journal.orders.record(
            sent, IntentEvent.ACCEPT, cause="accepted", venue_order_id=order.venue_order_id
        )
        intent = await room.journal.orders.retry(accepted, cause="closed without a fill")
    guard = await room.guard()
    await stand_down(room.journal, intent, guard, was=guard)
    # As if one of them had been taken for its owner's sale before.
    room.deposit("BTC", "0.1")

    await fill_it(room)

    assert [alert.quantity for alert in await room.alerts(ExitFilled)] == [Decimal("0.1")] * 2
    assert (await room.guard()).quantity == Decimal("0.1")


async def test_a_late_fill_of_a_manual_close_takes_only_what_it_sold_of_the_guarded_part(room):
    room.deposit("BTC", "0.4")
    room.set_bid("60000")
    await room.read()
    live = await begin(room, SOME)
    room.trade("sell", "0.3", limit="70000")
    [order] = (await room.broker().fetch_open_orders()).orders
    intent = await room.journal.orders.record(
        live.intent, IntentEvent.SEND, cause="send", quantity=Decimal("0.3"), sent_at=room.clock.now()
    )
    intent = await room.journal.orders.record(
        intent, IntentEvent.ACCEPT, cause="accepted", venue_order_id=order.venue_order_id
    )
    intent = await room.journal.orders.retry(intent, cause="closed without a fill")
    await give_up(room.journal, intent, live.guard, was=live.guard, why=GuardReason.TOO_LATE)

    await fill_it(room)

    [filled] = await room.alerts(ExitFilled)
    guard = await room.guard()
    assert filled.quantity == Decimal("0.3")
    assert (guard.quantity, guard.cost, guard.state) == (*SOME, GuardState.ARMED)
    assert await room.alerts(GuardReduced, ClosedElsewhere) == []
