"""Sales that their owner requested, on the real engine: no more than was shown, and what was not guarded stays unguarded."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardState
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

D = Decimal


@pytest.fixture
async def holding(room):
    """Four tenths of a bitcoin that came from elsewhere, worth 50,000 dollars each."""
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    await room.read()
    return room


async def press(room, symbol="BTC"):
    preview = await room.engine.closing.offer_close(OWNER_ID, symbol)
    await room.engine.closing.close(OWNER_ID, preview.confirmation_id)


async def test_what_is_unlocked_after_the_press_is_not_sold_and_stays_guarded(room):
    room.set_bid("50000")
    room.deposit("BTC", "0.3")
    room.deposit("BTC.S", "0.1")
    await room.arm("0.4", "20000")
    await room.read()
    room.fault(FaultKind.RATE_LIMIT, times=4)

    await press(room)
    room.withdraw("BTC.S", "0.1")
    room.deposit("BTC", "0.1")
    await room.wait_for("exit ", within_s=200)

    [filled] = await room.alerts(ExitFilled)
    guard = await room.guard()
    assert (filled.quantity, filled.left_over) == (D("0.3"), D("0.1"))
    assert "more than you were shown" in filled.left_over_why
    assert (guard.quantity, guard.cost, guard.state) == (D("0.1"), D(5000), GuardState.ARMED)
