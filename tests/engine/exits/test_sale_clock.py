"""A machine's clock that is set in the middle of a sale: what was sold before and after is still told apart."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardState

STEPS_S = [0, -3600, -90, 3600]


async def sell_the_first_part(room):
    """Leave so little on the bid that only a part of the guard can be sold at once."""
    listing = room.world.market.listing("kraken", "BTC/USD")
    room.world.market.add(replace(listing, depth=(Decimal("0.02"),)))
    room.set_bid("57000")
    await room.sell_off()


async def be_seen(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    for _ in range(2):
        await room.read()
        await room.clock.sleep(60)


@pytest.mark.parametrize("step_s", STEPS_S)
async def test_a_sale_in_parts_goes_on_over_a_clock_set_before_it(room, step_s):
    await be_seen(room)
    room.clock.set_by(step_s)

    await sell_the_first_part(room)
    for _ in range(12):
        await room.clock.sleep(5)
        await room.sell_off()

    assert room.world.ledger("kraken").total("BTC") == Decimal("0.2")
    assert (await room.guard()).state is GuardState.CLOSED
    *_, last = await room.alerts(ExitFilled)
    assert last.left_over == 0


@pytest.mark.fault("V15")
@pytest.mark.parametrize("step_s", STEPS_S)
async def test_a_sale_in_parts_goes_on_over_a_clock_set_between_two_of_them(room, step_s):
    await be_seen(room)
    await sell_the_first_part(room)
    room.clock.set_by(step_s)

    for _ in range(12):
        await room.clock.sleep(5)
        await room.sell_off()

    assert room.world.ledger("kraken").total("BTC") == Decimal("0.2")
    assert (await room.guard()).state is GuardState.CLOSED
