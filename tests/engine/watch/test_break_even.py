"""A target that sells nothing: once it is reached, the stop is where nothing is lost any more."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, TargetReached
from engine.guards.guard import AtTarget


@pytest.fixture
async def secured(room):
    """A tenth of a bitcoin bought at 60,000 whose stop has moved to break-even at a gain of three percent."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000", target=Decimal("0.03"), at_target=AtTarget.BREAK_EVEN)
    await room.look()
    room.set_bid("61800")
    await look(room)
    return room


async def look(room):
    await room.engine.guard()
    await room.wait_for("look ", "stop ", "target ", "exit ")


async def test_nothing_is_sold_and_its_owner_is_told_once(secured):
    await look(secured)

    [told] = await secured.alerts(TargetReached)
    guard = await secured.guard()
    assert secured.sent() == []
    assert (told.target, told.stop) == (Decimal("0.03"), guard.stop)
    # Buying and selling are charged 0.4 percent each by the venue's first tier.
    assert guard.stop.quantize(Decimal("0.01")) == Decimal("60481.93")
    assert guard.target is None


async def test_what_comes_back_to_it_is_sold_without_a_loss(secured):
    secured.set_bid("60482")
    await look(secured)
    assert secured.sent() == []

    secured.set_bid("60481.9")
    await look(secured)

    [sale] = await secured.alerts(ExitFilled)
    assert sale.stop.quantize(Decimal("0.01")) == Decimal("60481.93")
    assert sale.realised > 0


async def test_it_is_kept_over_a_restart(secured):
    await secured.restart()
    secured.set_bid("60400")

    await look(secured)

    [sale] = await secured.alerts(ExitFilled)
    assert sale.stop is not None
