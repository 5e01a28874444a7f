"""Exits that take a profit: whatever holds one up, it sells only what still wins, and a loss goes before it."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, ExitStoodDown
from engine.guards.guard import GuardState
from engine.market.mark import MarkBasis
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.intents import Trigger
from engine.orders.states import IntentState
from sandbox.faults import FaultKind

TARGET = Decimal("0.02")


@pytest.fixture
async def rising(room):
    """A tenth of a bitcoin bought at 60,000, whose target of two percent is reached."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000", target=TARGET)
    await room.look()
    room.set_bid("61200")
    return room


async def look(room):
    await room.engine.guard()
    await room.wait_for("look ", "target ", "exit ")


def a_profit(room):
    now = room.clock.now()
    return Trigger(
        price=Decimal(61200),
        basis=MarkBasis.WALKED,
        ratio=TARGET,
        threshold=Decimal("-0.01"),
        target=TARGET,
        quantity=Decimal("0.1"),
        cost=Decimal(6000),
        at=now,
        price_at=now,
    )


async def plan(room):
    """Write a profit's exit down as a process does that ends before anything of it leaves."""
    return await room.journal.plan_exit(await room.guard(), a_profit(room), intent_id="exit-1")


async def test_the_exit_keeps_the_target_it_was_begun_for(rising):
    await look(rising)

    [intent] = await rising.intents()
    assert (intent.trigger.target, intent.state) == (TARGET, IntentState.FILLED)
    assert (await rising.guard()).state is GuardState.CLOSED


async def test_a_price_that_fell_back_before_the_order_is_held_and_nothing_is_written_down(rising):
    rising.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=0.4)
    await rising.engine.guard()
    await rising.wait_for("look ", "target ")
    rising.set_bid("61000")
    await rising.look()
    await rising.wait_for("exit ")

    assert (rising.sent(), await rising.intents()) == ([], [])
    assert (await rising.guard()).state is GuardState.ARMED


async def test_a_refused_profit_is_tried_again_while_it_is_there(rising):
    rising.fault(FaultKind.RATE_LIMIT, times=2)

    await look(rising)

    [failing] = await rising.alerts(ExitFailing)
    [sale] = await rising.alerts(ExitFilled)
    assert (failing.target, sale.target) == (TARGET, TARGET)


async def test_a_refused_profit_that_is_gone_is_not_sold_and_its_guard_watches_on(rising):
    rising.fault(FaultKind.RATE_LIMIT)
    await rising.engine.guard()
    await rising.wait_for("look ", "target ")
    rising.set_bid("61000")
    await rising.wait_for("exit ")

    [stood_down] = await rising.alerts(ExitStoodDown)
    assert stood_down.target == TARGET
    assert len(rising.sent()) == 1
    assert (await rising.guard()).state is GuardState.ARMED

    rising.set_bid("59000")
    await look(rising)
    [sale] = await rising.alerts(ExitFilled)
    assert sale.target is None


async def test_a_refused_profit_that_became_a_loss_is_liquidated_by_the_same_exit(rising):
    # The next try is ten seconds later.
    rising.fault(FaultKind.CANCEL_ONLY)
    await rising.engine.guard()
    await rising.wait_for("look ", "target ")
    await rising.clock.sleep(1)
    rising.set_bid("59000")
    await rising.look()
    await rising.wait_for("exit ")

    [sale] = await rising.alerts(ExitFilled)
    [intent] = await rising.intents()
    assert (sale.target, sale.fill_price, sale.trigger_price) == (None, Decimal(59000), Decimal(59000))
    assert (intent.trigger.target, intent.state) == (None, IntentState.FILLED)


async def test_a_profit_is_never_looked_for_in_another_pair(rising):
    rising.world.market.set_status("kraken", "BTC/USD", "cancel_only")
    await rising.engine.guard()
    await rising.clock.sleep(30)

    assert {call.params["pair"] for call in rising.sent()} <= {"XBTUSD", "XXBTZUSD", "BTC/USD"}
    assert rising.world.ledger("kraken").total("BTC") == Decimal("0.1")


async def test_a_profit_that_is_still_there_after_a_restart_is_taken_once(rising):
    await plan(rising)

    await rising.restart()
    await look(rising)

    [sale] = await rising.alerts(ExitFilled)
    assert sale.target == TARGET
    assert len(rising.sent()) == 1


async def test_a_profit_that_is_gone_after_a_restart_is_not_taken(rising):
    await plan(rising)
    rising.set_bid("61000")

    await rising.restart()
    await look(rising)

    assert rising.sent() == []
    assert [one.target for one in await rising.alerts(ExitStoodDown)] == [TARGET]
    assert (await rising.guard()).state is GuardState.ARMED


async def test_a_profit_whose_answer_was_lost_before_a_restart_is_sold_once(rising):
    rising.fault(FaultKind.DROP_AFTER, "AddOrder")
    await rising.engine.guard()
    await rising.wait_for("look ", "target ")
    await rising.clock.sleep(0.2)

    await rising.restart()
    await look(rising)

    [sale] = await rising.alerts(ExitFilled)
    assert (sale.target, len(rising.sent())) == (TARGET, 1)
    assert [fill.side for fill in rising.world.ledger(Venue.KRAKEN).fills] == [Side.SELL]
