"""Exits whose accepted order no list of Kraken shows, or only as one that may be its owner's."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, GuardReduced
from engine.model.orders import Side
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from tests.engine.exits.failing_texts import why_of

D = Decimal
NEVER = 86400
#: Rows that name neither an id nor when they were opened: nobody can tell whose order it is.
UNREPORTED = {"cl_ord_id": None, "opentm": None}


def sold(room):
    return sum(fill.quantity for fill in room.world.ledger("kraken").fills if fill.side is Side.SELL)


async def causes(room):
    [intent, *_] = await room.intents()
    return [step.why for step in await room.journal.orders.load_steps(intent.intent_id)]


async def a_breached_guard(room, *, held="0.3"):
    room.deposit("BTC", held)
    room.set_bid("60000")
    await room.read()
    await room.arm("0.1", "6000")
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()
    room.set_bid("50000")


@pytest.mark.fault("V64")
@pytest.mark.parametrize(
    "pace",
    [
        pytest.param(Pace(pending_s=20), id="pending"),
        pytest.param(Pace(over_s=60, parts=2), id="half filled, half working"),
    ],
)
async def test_an_accepted_order_that_no_list_shows_is_not_sent_again_while_it_holds_the_coins(room, pace):
    await a_breached_guard(room)
    room.world.kraken.pace = pace
    room.world.kraken_account.listing_delay_s = 100
    room.fault(FaultKind.DROP_AFTER)

    await room.sell_off()

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    [filled] = await room.alerts(ExitFilled)
    assert (filled.quantity, filled.found_later) == (D("0.1"), True)


@pytest.mark.fault("V64")
async def test_a_balance_that_lags_behind_as_the_lists_do_is_read_a_second_time_before_anything_is_sent_again(
    room,
):
    await a_breached_guard(room)
    room.world.kraken_account.listing_delay_s = 60
    room.world.kraken_account.show_balance("BTC", balance=D("0.3"))
    room.fault(FaultKind.DROP_AFTER)

    await room.look()
    await room.clock.sleep(7)
    room.world.kraken_account.show_true_balances()
    await room.wait_for("exit ")

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    assert not await room.alerts(GuardReduced)


async def test_the_owners_own_resting_order_does_not_pass_for_a_hidden_one(room):
    await a_breached_guard(room)
    room.fault(FaultKind.DROP_BEFORE)
    began_s = room.clock.monotonic()

    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    room.trade("sell", "0.15", limit="90000")
    await room.wait_for("exit ")

    assert sold(room) == D("0.1")
    assert room.clock.monotonic() - began_s < 15


async def test_an_order_that_cannot_be_read_is_named_when_it_may_hold_what_looks_sold(room):
    await a_breached_guard(room, held="0.1")
    room.fault(FaultKind.DROP_BEFORE)
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    resting = room.trade("sell", "0.1", limit="90000")
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", fields={"vol": "many"}, times=None)

    await room.clock.sleep(60)

    failing = (await room.alerts(ExitFailing))[-1]
    assert resting.id in why_of(failing)
    assert "cancel that there yourself" in why_of(failing)
    assert len(room.sent()) == 1
    room.world.faults("kraken").clear()
    room.world.ledger("kraken").cancel(resting.id, at=room.clock.monotonic())
    await room.wait_for("exit ")
    assert sold(room) == D("0.1")


async def test_an_order_that_cannot_be_read_is_named_when_it_may_hold_what_our_order_did_not_sell(room):
    await a_breached_guard(room, held="0.1")
    room.world.kraken.pace = Pace(pending_s=600)
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields={"status": "canceled"}, times=None)
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    room.fault(FaultKind.WRONG_FIELDS, "OpenOrders", fields={"vol": "many"}, times=None)

    await room.clock.sleep(60)

    failing = (await room.alerts(ExitFailing))[-1]
    assert "over although the balance still holds" in why_of(failing)
    assert "cancel that there yourself" in why_of(failing)
    assert len(room.sent()) == 1


async def test_where_lists_and_balance_all_lie_no_more_is_sold_than_is_held(room):
    await a_breached_guard(room, held="0.1")
    room.world.kraken_account.listing_delay_s = NEVER
    room.world.kraken_account.show_balance("BTC", balance=D("0.1"))
    room.fault(FaultKind.DROP_AFTER)

    await room.look()
    await room.clock.sleep(60)

    assert sold(room) == D("0.1")
    assert room.world.ledger("kraken").total("BTC") == 0
    assert await room.alerts(ExitFailing)
    room.world.kraken_account.show_true_balances()
    room.world.kraken_account.listing_delay_s = 0
    await room.wait_for("exit ")
    [filled] = await room.alerts(ExitFilled)
    assert filled.quantity == D("0.1")


async def test_an_order_that_may_be_ours_is_no_proof_of_absence(room):
    room.deposit("BTC", "0.4")
    room.set_bid("60000")
    # The owner's own order, which nobody can tell from the lost one, and which did not touch the coins since.
    external = room.trade("sell", "0.1")
    await room.clock.sleep(60)
    await room.read()
    await room.arm("0.1", "6000")
    room.set_bid("50000")
    room.fault(FaultKind.DROP_BEFORE)
    for endpoint in ("OpenOrders", "ClosedOrders", "QueryOrders"):
        room.fault(FaultKind.WRONG_FIELDS, endpoint, fields=UNREPORTED, times=None)

    await room.sell_off()

    written = await causes(room)
    assert not any("proven absent" in cause for cause in written)
    [cause] = [cause for cause in written if cause.startswith("may be another's")]
    assert "balance" in cause
    [step] = [
        step
        for step in await room.journal.orders.load_steps((await room.intents())[0].intent_id)
        if step.cause == cause
    ]
    assert external.id in step.detail
    assert external.id in why_of((await room.alerts(ExitFailing))[-1])
    assert sold(room) == D("0.2")


async def test_an_order_that_may_be_ours_is_taken_for_it_once_its_coins_are_gone(room):
    await a_breached_guard(room)
    for endpoint in ("OpenOrders", "ClosedOrders", "QueryOrders"):
        room.fault(FaultKind.WRONG_FIELDS, endpoint, fields=UNREPORTED, times=None)
    room.fault(FaultKind.DROP_AFTER)

    await room.sell_off()

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    [intent] = await room.intents()
    assert (intent.state, intent.attempt) == (IntentState.FILLED, 1)
    written = await causes(room)
    assert not any("absent" in cause for cause in written)
