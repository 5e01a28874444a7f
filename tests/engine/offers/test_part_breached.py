"""A part that is being sold at its owner's request while its guard is breached: then all that is guarded is sold."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, ExitParked
from engine.guards.guard import GuardState
from engine.model.failing_actions import FailingAction
from engine.model.guard_reasons import GuardReason
from engine.offers.part import Share
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from sandbox.world import OWNER_ID
from tests.engine.offers.closing import press, total

D = Decimal
SLOW = Pace(pending_s=3000)


async def sell_quarter(room):
    preview = await room.engine.closing.offer_close(OWNER_ID, "BTC", part=Share(D("0.25")))
    await press(room, preview)
    await room.clock.sleep(2)


async def fall(room, bid="40000", *, looks=15):
    room.set_bid(bid)
    for _ in range(looks):
        await room.look()
        await room.clock.sleep(2)


def sold_of(room):
    return sum(fill.quantity for fill in room.world.ledger("kraken").fills)


@pytest.fixture
async def guarded(holding):
    """0.4 bitcoin, guarded."""
    await holding.arm("0.4", "20000")
    await holding.look()
    return holding


@pytest.mark.fault("C30")
async def test_the_order_of_a_part_that_stands_is_cancelled_and_all_is_sold(guarded):
    guarded.world.kraken.pace = SLOW
    await sell_quarter(guarded)
    guarded.world.kraken.pace = Pace()

    await fall(guarded)
    await guarded.wait_for("exit ")

    [sale] = await guarded.alerts(ExitFilled)
    [intent] = await guarded.intents()
    assert total(guarded) == 0
    assert (sale.quantity, sale.manual, sale.trigger_price) == (D("0.4"), False, D(40000))
    assert (intent.trigger.manual, intent.state, intent.quantity) == (None, IntentState.FILLED, D("0.4"))
    told = [failing.doing for failing in await guarded.alerts(ExitFailing)]
    assert {FailingAction.CANCEL_PART, FailingAction.SELL_ALL} <= set(told)
    assert (await guarded.guard()).state is GuardState.CLOSED


@pytest.mark.fault("C30")
async def test_what_had_filled_of_the_part_is_not_sold_again(guarded):
    guarded.world.kraken.pace = Pace(over_s=3000, parts=1000)
    await sell_quarter(guarded)
    await guarded.clock.sleep(30)
    guarded.world.kraken.pace = Pace()

    await fall(guarded, looks=40)
    await guarded.wait_for("exit ")

    part, rest = await guarded.alerts(ExitFilled)
    assert (part.manual, rest.manual, part.quantity + rest.quantity) == (True, False, D("0.4"))
    assert "it stays guarded and is sold next" in part.left_over_why
    assert (total(guarded), sold_of(guarded)) == (0, D("0.4"))


@pytest.mark.fault("C30")
async def test_an_order_of_a_part_that_is_not_cancelled_sells_the_rest_after_it(guarded):
    guarded.world.kraken.pace = Pace(pending_s=60)
    await sell_quarter(guarded)
    guarded.world.kraken.pace = Pace()
    guarded.fault(FaultKind.HTTP_ERROR_BEFORE, "CancelOrder", times=None, status=503)

    await fall(guarded, looks=60)
    await guarded.wait_for("exit ")

    assert [sale.quantity for sale in await guarded.alerts(ExitFilled)] == [D("0.1"), D("0.3")]
    assert (total(guarded), sold_of(guarded)) == (0, D("0.4"))


@pytest.mark.fault("C30")
async def test_a_part_that_the_venue_does_not_take_becomes_the_sale_of_all_between_its_attempts(guarded):
    guarded.fault(FaultKind.RATE_LIMIT, times=6)
    await sell_quarter(guarded)

    await fall(guarded)
    await guarded.wait_for("exit ", within_s=200)

    [sale] = await guarded.alerts(ExitFilled)
    assert (sale.quantity, sale.manual) == (D("0.4"), False)
    assert await guarded.alerts(ExitParked) == []


async def test_after_a_restart_all_of_it_is_sold_once(guarded):
    guarded.world.kraken.pace = SLOW
    await sell_quarter(guarded)
    guarded.world.kraken.pace = Pace()
    await guarded.restart()

    await fall(guarded)
    await guarded.wait_for("exit ")

    assert (total(guarded), sold_of(guarded)) == (0, D("0.4"))


async def test_a_fall_within_the_threshold_lets_the_part_alone(guarded):
    guarded.world.kraken.pace = Pace(pending_s=40)
    await sell_quarter(guarded)

    await fall(guarded, "49900", looks=30)
    await guarded.wait_for("exit ")

    assert total(guarded) == D("0.3")
    assert (await guarded.guard()).state is GuardState.ARMED


async def test_a_paused_guard_is_not_sold_with_a_part_of_it(guarded):
    guard = await guarded.guard()
    await guarded.put(guard.in_state(GuardState.PAUSED, GuardReason.OTHER))
    guarded.world.kraken.pace = Pace(pending_s=40)
    await sell_quarter(guarded)

    await fall(guarded, looks=30)
    await guarded.wait_for("exit ")

    assert total(guarded) == D("0.3")
    assert (await guarded.guard()).state is GuardState.PAUSED


async def test_a_part_beside_no_guard_sells_no_more_than_it(holding):
    holding.world.kraken.pace = Pace(pending_s=40)
    await sell_quarter(holding)

    await fall(holding, looks=30)
    await holding.wait_for("exit ")

    assert total(holding) == D("0.3")
