"""Exits that were begun by one life of the process and are ended by another."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, ExitStoodDown
from engine.exits.execute import Beginning
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import ManualClose
from engine.orders.states import IntentEvent, IntentState
from engine.orders.store import StaleIntentError
from engine.storage.database import Database
from sandbox.faults import FaultKind
from tests.engine_room import a_trigger

MANUAL = ManualClose(guarded=Decimal("0.1"), guarded_cost=Decimal(6000), entry_known=True)


@pytest.fixture
async def falling(room):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    return room


async def begin_manually(room):
    live = await room.journal.plan_exit(
        await room.guard(), a_trigger(at=room.clock.now()), intent_id="intent-1"
    )
    return live.intent


async def is_sold_once(room):
    await room.wait_for("exit ")
    [intent] = await room.intents()
    [alert] = await room.alerts(ExitFilled)
    return (
        room.world.ledger("kraken").total("BTC") == Decimal("0.2")
        and intent.state is IntentState.FILLED
        and (await room.guard()).state is GuardState.CLOSED
        and alert.quantity == Decimal("0.1")
    )


@pytest.mark.fault("P1")
async def test_an_exit_that_was_only_planned_is_sent_after_the_restart(falling):
    await begin_manually(falling)

    await falling.restart()

    assert await is_sold_once(falling)
    assert len(falling.sent()) == 1
    [alert] = await falling.alerts(ExitFilled)
    assert not alert.found_later


async def test_an_exit_that_died_before_it_was_written_down_is_begun_by_the_next_look(falling):
    falling.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=0.4)
    await falling.look()
    await falling.world.tape("kraken").wait_for("BalanceEx")

    await falling.restart()
    assert await falling.intents() == []
    await falling.sell_off()

    assert await is_sold_once(falling)
    assert len(falling.sent()) == 1


async def test_an_exit_that_died_while_freeing_what_it_sells_goes_on_after_the_restart(falling):
    falling.trade("sell", "0.3", limit="70000")
    falling.fault(FaultKind.DELAY_AFTER, "CancelOrder", delay_s=0.4)
    await falling.look()
    await falling.world.tape("kraken").wait_for("CancelOrder")

    await falling.restart()

    assert await is_sold_once(falling)
    assert len(falling.sent()) == 1


async def test_an_order_sent_just_before_the_crash_is_found_by_its_id(falling):
    falling.fault(FaultKind.DELAY_AFTER, delay_s=1)
    await falling.look()
    await falling.world.tape("kraken").wait_for("AddOrder")
    await falling.clock.sleep(0.5)
    assert [intent.state for intent in await falling.intents()] == [IntentState.SENT]

    await falling.restart()

    assert await is_sold_once(falling)
    assert len(falling.sent()) == 1
    [alert] = await falling.alerts(ExitFilled)
    assert alert.found_later


async def a_basis(room):
    report = await room.broker().fetch_report()
    cash = report.holding("USD").total
    return SendBasis(
        owned=report.holding("BTC").total, held=Decimal(0), currency="USD", cash=cash, at=report.at
    )


async def write_as_sent(room, intent, *, basis):
    await room.journal.orders.record(
        intent, IntentEvent.SEND, cause="send", sent_at=room.clock.now(), basis=basis
    )


@pytest.mark.fault("P1")
async def test_an_order_written_as_sent_that_never_left_is_sent_after_its_deadline(falling):
    intent = await begin_manually(falling)
    await write_as_sent(falling, intent, basis=await a_basis(falling))

    await falling.restart()
    began = falling.clock.monotonic()

    assert await is_sold_once(falling)
    [order] = falling.sent()
    assert order.monotonic - began >= 6


async def test_an_order_written_as_sent_without_a_reading_is_sent_again_only_after_five_minutes(falling):
    intent = await begin_manually(falling)
    await write_as_sent(falling, intent, basis=None)
    await falling.restart()
    began = falling.clock.monotonic()

    assert await is_sold_once(falling)
    [order] = falling.sent()
    assert order.monotonic - began >= 300
    assert intent.client_order_id in (await falling.alerts(ExitFailing))[-1].why


async def test_an_unknown_outcome_stays_unknown_over_the_restart_and_is_settled(falling):
    falling.fault(FaultKind.DROP_AFTER)
    falling.fault_order_lists()
    await falling.look()
    await falling.clock.sleep(3)
    assert [intent.state for intent in await falling.intents()] == [IntentState.UNKNOWN]

    await falling.crash()
    falling.world.faults("kraken").clear()
    await falling.open()
    await falling.engine.start()

    assert await is_sold_once(falling)
    assert len(falling.sent()) == 1


@pytest.mark.fault("P3")
async def test_an_accepted_order_is_followed_to_its_fill_after_the_restart(falling):
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, "QueryOrders", times=None)
    await falling.look()
    await falling.clock.sleep(3)
    assert [intent.state for intent in await falling.intents()] == [IntentState.ACCEPTED]

    await falling.crash()
    falling.world.faults("kraken").clear()
    await falling.open()
    await falling.engine.start()

    assert await is_sold_once(falling)
    assert len(falling.sent()) == 1


@pytest.mark.fault("V10")
async def test_orders_cancelled_before_the_crash_are_named_with_the_sale_after_it(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    room.trade("sell", "0.1", limit="70000")
    await room.arm("0.1", "6000")
    room.fault(FaultKind.DELAY_AFTER, "CancelOrder", delay_s=1)
    await room.look()
    await room.world.tape("kraken").wait_for("CancelOrder")
    await room.clock.sleep(0.5)

    await room.restart()
    await room.wait_for("exit ")

    [alert] = await room.alerts(ExitFilled)
    assert [order.price for order in alert.cancelled] == [Decimal(70000)]


async def test_every_cycle_takes_up_an_exit_nobody_drives(falling):
    await begin_manually(falling)

    await falling.sell_off()

    assert await is_sold_once(falling)


async def test_an_exit_whose_guard_is_closed_is_never_taken_up(falling):
    intent = await begin_manually(falling)
    await falling.journal.orders.record(intent, IntentEvent.SUSPEND, cause="the stock market is closed")
    await falling.arm("0.1", "6000", state=GuardState.CLOSED)

    await falling.restart()
    await falling.sell_off()

    assert falling.sent() == []
    assert await falling.alerts() == []


async def test_a_guard_is_sold_by_one_sale_however_often_it_is_triggered(falling):
    guard = await falling.guard()
    trigger = a_trigger(at=falling.clock.now())

    begun = [falling.exits.begin(guard, trigger) for _ in range(3)]
    await falling.exits.resume()
    await falling.wait_for("exit ")

    assert begun == [True, False, False]
    assert len(falling.sent()) == 1


async def test_an_exit_with_nothing_in_its_way_is_written_down_in_one_transaction_and_sent(
    falling, monkeypatch
):
    await falling.read()
    writes, write = [], Database.write
    monkeypatch.setattr(Database, "write", lambda self: writes.append(self) or write(self))
    falling.fault(FaultKind.DELAY_BEFORE, delay_s=0.5)

    falling.exits.begin(await falling.guard(), a_trigger(at=falling.clock.now()))
    await falling.world.tape("kraken").wait_for("AddOrder")

    assert len(writes) == 1
    [intent] = await falling.intents()
    assert await falling.steps(intent.intent_id) == ["triggered: planned", "send: sent"]
    assert await is_sold_once(falling)


async def test_a_guard_that_was_changed_since_it_was_judged_is_judged_anew(falling):
    judged = await falling.guard()
    await falling.arm("0.3", "15000")

    falling.exits.begin(judged, a_trigger(at=falling.clock.now()))
    await falling.wait_for("exit ")
    assert await falling.intents() == []
    await falling.sell_off()

    # As it is now it has lost nothing.
    assert falling.sent() == []
    assert (await falling.guard()).state is GuardState.ARMED


@pytest.mark.parametrize("state", [GuardState.PAUSED, GuardState.CLOSING, GuardState.CLOSED])
async def test_a_guard_that_is_not_armed_any_more_is_not_sold(falling, state):
    guard = await falling.arm("0.1", "6000", state=state)

    falling.exits.begin(guard, a_trigger(at=falling.clock.now()))
    await falling.wait_for("exit ")

    assert await falling.intents() == []
    assert falling.sent() == []


async def test_a_guard_that_does_not_exist_is_not_sold(falling):
    stranger = replace(await falling.guard(), guard_id="guard-2")

    falling.exits.begin(stranger, a_trigger(at=falling.clock.now()))
    await falling.wait_for("exit ")

    assert await falling.intents() == []


async def test_an_intent_that_somebody_moved_meanwhile_cannot_be_driven(falling):
    intent = await begin_manually(falling)
    now = falling.clock.now()
    await falling.journal.orders.record(intent, IntentEvent.SEND, cause="send", sent_at=now)

    with pytest.raises(StaleIntentError):
        await falling.journal.orders.record(intent, IntentEvent.SEND, cause="send", sent_at=now)

    assert await falling.steps("intent-1") == ["triggered: planned", "send: sent"]


@pytest.mark.fault("P7")
async def test_two_processes_that_drive_one_intent_sell_once(falling):
    await begin_manually(falling)
    [live] = await falling.journal.load_live_exits()

    both = [falling.exits._drive(live, began_before=True) for _ in range(2)]
    ended = await asyncio.gather(*both, return_exceptions=True)

    assert sum(isinstance(end, StaleIntentError) for end in ended) == 1
    assert await is_sold_once(falling)
    assert len(falling.sent()) == 1


class BrokenAvailability:
    """A defect of our own in the middle of an exit."""

    async def read(self, guard, broker, *, must_be_fresh=False):
        raise ZeroDivisionError


async def test_an_exit_that_our_own_defect_breaks_is_reported_again_and_again_and_goes_on(falling):
    context = falling.exits._context
    falling.exits._context = replace(context, availability=BrokenAvailability())
    for _ in range(5):
        await falling.sell_off()
        await falling.clock.sleep(10)
    reported = await falling.alerts(ExitFailing)

    falling.exits._context = context
    await falling.look()

    assert [alert.why for alert in reported] == ["a defect of the bot itself: ZeroDivisionError"] * 2
    assert await is_sold_once(falling)
    assert falling.failures


async def test_reminders_go_on_where_they_were_left_however_often_the_process_starts_again(falling):
    falling.fault(FaultKind.CANCEL_ONLY, times=None)
    await falling.look()
    await falling.clock.sleep(160)
    for _ in range(2):
        await falling.crash()
        await falling.clock.sleep(200)
        await falling.open()
        await falling.engine.start()
        await falling.clock.sleep(45)

    alerts = await falling.alerts(ExitFailing)

    # At once, after 30 s, 2 min and 10 min.
    assert len(alerts) == 4
    assert len({alert.since for alert in alerts}) == 1


@pytest.mark.fault("V22")
async def test_an_exit_whose_key_was_taken_out_of_the_settings_is_reported_in_time_not_at_every_look(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE)) as room:
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        await begin_manually(room)
        settings = room.settings.model_dump() | {"coinbase_api_key": None, "coinbase_api_secret": None}
        room.settings = type(room.settings)(_env_file=None, **settings)

        await room.restart()
        await room.look()
        await room.look()
        early = await room.alerts(ExitFailing)
        await room.clock.sleep(60)
        await room.look()

        assert [alert.why for alert in early] == ["the settings have no key for this account any more"]
        assert len(await room.alerts(ExitFailing)) == 2


@pytest.mark.fault("P42")
async def test_an_exit_that_cannot_be_reported_keeps_no_other_guard_from_being_sold(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE)) as room:
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        await begin_manually(room)
        room.deposit("BTC", "0.3")
        room.deposit("ETH", "1")
        room.set_bid("50000")
        room.set_bid("2000", "ETH/USD")
        guard = await room.arm("0.1", "6000", guard_id="guard-2")
        await room.arm("1", "3000", "ETH/USD", guard_id="guard-3")
        await room.journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id="intent-2")
        settings = room.settings.model_dump() | {"coinbase_api_key": None, "coinbase_api_secret": None}
        room.settings = type(room.settings)(_env_file=None, **settings)
        await room.crash()
        await room.open()

        async with room.refused_changes("NEW.account_id = 'env-coinbase'", table="alerts"):
            with pytest.raises(ExceptionGroup, match="not everything else was done"):
                await room.look()
            await room.wait_for("look ", "exit ")

        sold = {alert.symbol for alert in await room.alerts(ExitFilled)}
        assert sold == {"BTC/USD", "ETH/USD"}


async def test_an_exit_whose_price_came_back_while_the_process_was_away_stands_down(falling):
    await begin_manually(falling)
    await falling.crash()
    falling.set_bid("61000")
    await falling.open()

    await falling.engine.start()
    await falling.look()
    await falling.wait_for("exit ")

    assert falling.sent() == []
    assert len(await falling.alerts(ExitStoodDown)) == 1
    assert (await falling.guard()).state is GuardState.ARMED


async def test_an_exit_of_before_goes_without_a_price_of_now(falling):
    await begin_manually(falling)
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)

    await falling.restart()

    assert await is_sold_once(falling)


@pytest.mark.fault("P52")
async def test_what_was_requested_while_the_process_stops_is_written_down_and_sold_by_the_next(falling):
    guard = await falling.guard()
    trigger = replace(a_trigger(at=falling.clock.now()), manual=MANUAL)
    await falling.tasks.drain(0)

    beginning = await falling.exits.begin_manual_close(guard, trigger, before=guard)
    sent_before = len(falling.sent())
    await falling.restart()

    assert (beginning, sent_before) == (Beginning.WRITTEN_DOWN, 0)
    assert await is_sold_once(falling)


async def test_what_is_requested_twice_is_begun_once(falling):
    guard = await falling.guard()
    trigger = replace(a_trigger(at=falling.clock.now()), manual=MANUAL)

    first = await falling.exits.begin_manual_close(guard, trigger, before=guard)
    again = await falling.exits.begin_manual_close(guard, trigger, before=guard)

    assert (first, again) == (Beginning.BEGUN, Beginning.NOT_BEGUN)
    assert await is_sold_once(falling)
