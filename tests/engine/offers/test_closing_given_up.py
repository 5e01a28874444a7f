"""A manual close that is not carried out within a minute is given up, and the guard is as before."""

from dataclasses import replace
from decimal import Decimal

from engine.alerts.messages import ExitFailing, ExitParked
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.orders.intents import MANUAL, ManualClose
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from tests.engine.offers.closing import offer, press, total
from tests.engine_room import a_trigger


async def test_a_clock_that_is_set_back_sells_nothing_later_than_a_minute_after_the_press(holding):
    preview = await offer(holding)
    holding.fault(FaultKind.HTTP_ERROR_BEFORE, times=None, status=503)
    await press(holding, preview)
    await holding.clock.sleep(50)
    holding.clock.set_by(-45)
    await holding.clock.sleep(50)
    holding.world.faults("kraken").clear()
    await holding.wait_for("exit ")

    assert total(holding) == Decimal("0.4")


async def test_what_the_venue_does_not_take_within_a_minute_is_given_up_and_the_guard_is_as_before(holding):
    guard = await holding.arm("0.1", "5000")
    holding.trade("sell", "0.3", limit="60000")
    await holding.read()
    preview = await offer(holding)
    holding.fault(FaultKind.RATE_LIMIT, times=None)

    await press(holding, preview)
    await holding.wait_for("exit ", within_s=200)

    [parked] = await holding.alerts(ExitParked)
    failing = await holding.alerts(ExitFailing)
    kept = await holding.guard()
    assert parked.why == GuardReason.TOO_LATE
    assert [order.quantity for order in parked.cancelled] == [Decimal("0.3")]
    assert all(message.manual for message in failing)
    assert (kept.quantity, kept.cost, kept.state) == (guard.quantity, guard.cost, GuardState.ARMED)
    assert total(holding) == Decimal("0.4")


async def test_a_wish_that_a_crash_delayed_is_not_carried_out(holding):
    before = await holding.arm("0.1", "5000")
    manual = ManualClose(guarded=before.quantity, guarded_cost=before.cost, entry_known=True)
    trigger = replace(a_trigger(at=holding.clock.now()), basis=MANUAL, manual=manual)
    wide = replace(before, quantity=Decimal("0.4"), cost=Decimal(20000))
    await holding.journal.plan_manual_close(wide, trigger, before=before, intent_id="i-1")
    await holding.crash()
    await holding.clock.sleep(61)

    await holding.open()
    await holding.engine.start()
    await holding.wait_for("exit ")

    [parked] = await holding.alerts(ExitParked)
    [intent] = await holding.intents()
    assert parked.quantity == Decimal("0.4")
    assert intent.state is IntentState.REFUSED
    assert (await holding.guard()).quantity == Decimal("0.1")
    assert total(holding) == Decimal("0.4")
