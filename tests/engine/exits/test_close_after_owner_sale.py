"""A manual close of a position of which its owner sold some at the venue just before: what was shown is sold, all of it."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, ExitParked, GuardReduced
from engine.guards.guard import GuardState
from sandbox.faults import FaultKind
from tests.engine.exits.manual import press

D = Decimal


@pytest.fixture
async def holding(room):
    """Four tenths of a bitcoin, read some time ago."""
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    return room


async def guarded(room, quantity, cost):
    await room.arm(quantity, cost)
    await room.read()
    await room.clock.sleep(20)


@pytest.mark.fault("C20")
@pytest.mark.parametrize(
    ("guard", "external", "shown"),
    [("0.1", "0.1", "0.3"), ("0.1", "0.25", "0.15"), ("0.4", "0.1", "0.3"), ("0.2", "0.25", "0.15")],
)
async def test_all_that_was_shown_is_sold(holding, guard, external, shown):
    await guarded(holding, guard, "5000")
    holding.trade("sell", external)

    outcome = await press(holding)
    await holding.wait_for("exit ", within_s=200)

    [filled] = await holding.alerts(ExitFilled)
    assert outcome.lines[0].quantity == filled.quantity == D(shown)
    assert holding.world.ledger("kraken").total("BTC") == 0
    assert await holding.guards() == ()


async def test_what_was_moved_out_before_the_press_delays_nothing_and_is_not_reported_as_left(holding):
    await guarded(holding, "0.1", "5000")
    holding.withdraw("BTC", "0.1")
    pressed_at = holding.clock.monotonic()

    await press(holding)
    await holding.wait_for("exit ", within_s=200)

    [filled] = await holding.alerts(ExitFilled)
    assert (filled.quantity, filled.left_over) == (D("0.3"), D(0))
    assert holding.clock.monotonic() - pressed_at < 10


async def test_what_goes_after_the_press_is_still_found_missing(holding):
    await guarded(holding, "0.1", "5000")
    holding.withdraw("BTC", "0.1")
    holding.fault(FaultKind.RATE_LIMIT, times=4)

    await press(holding)
    holding.withdraw("BTC", "0.05")
    await holding.wait_for("exit ", within_s=200)

    [filled] = await holding.alerts(ExitFilled)
    assert (filled.quantity, filled.left_over) == (D("0.25"), D("0.05"))
    assert "was sold or moved at the venue" in filled.left_over_why


async def test_a_close_that_ends_unsold_leaves_the_sale_at_the_venue_to_the_next_reading(holding):
    await guarded(holding, "0.1", "5000")
    holding.trade("sell", "0.04")
    holding.fault(FaultKind.RATE_LIMIT, times=None)

    await press(holding)
    await holding.wait_for("exit ", within_s=200)
    given_back = await holding.guard()
    holding.world.faults("kraken").clear()
    for _ in range(4):
        await holding.clock.sleep(30)
        await holding.read()

    guard = await holding.guard()
    assert [parked.quantity for parked in await holding.alerts(ExitParked)] == [D("0.36")]
    assert (given_back.quantity, given_back.state) == (D("0.1"), GuardState.ARMED)
    assert (guard.quantity, guard.cost, guard.state) == (D("0.06"), D(3000), GuardState.ARMED)
    assert [reduced.now for reduced in await holding.alerts(GuardReduced)] == [D("0.06")]
