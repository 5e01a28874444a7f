"""A machine whose clock is off sells all the same, at the first attempt."""

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import GUARDED, alerted, an_ether_world, fall, guarded, over, sales


@pytest.mark.parametrize("skew_s", [8, -8], ids=["behind the venue", "ahead of the venue"])
async def test_an_exit_goes_through_with_a_clock_that_is_off(open_bot, skew_s):
    world = an_ether_world()
    world.faults(KRAKEN).add(Fault(kind=FaultKind.CLOCK_SKEW, skew_s=skew_s))
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)

    fall(world)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert (await over(stage)).attempt == 1
