"""The whole bot is stopped for longer than a hang may last, and continued: it reports that, goes on, and sells what fell."""

import asyncio
import os
import signal

import pytest

from sandbox.world import KRAKEN
from tests.acceptance.ether import (
    GUARDED,
    OWN,
    WAIT_S,
    alerted,
    an_ether_world,
    fall,
    introduced,
    over,
    sales,
)
from tests.acceptance.forked import PREPARED_BY

#: Longer than it takes this watchdog to end a process whose loop hangs.
STOPPED_S = 5.5


@pytest.mark.fault("P16")
async def test_owners_hear_that_the_process_was_stopped_and_it_goes_on_guarding(open_bot):
    world = an_ether_world()
    settings = {"NIJA_GUARD_EXISTING": "all", PREPARED_BY: "tests.acceptance.short_waits"}
    stage = await open_bot(world, **settings)
    await introduced(stage)

    os.kill(stage.bot.pid, signal.SIGSTOP)
    try:
        fall(world)
        await asyncio.sleep(STOPPED_S)
        sold_meanwhile = sales(world)
    finally:
        os.kill(stage.bot.pid, signal.SIGCONT)
    reported = await stage.owner.wait_for("NIJA stood still for", WAIT_S)
    await alerted(stage)

    assert sold_meanwhile == []
    assert "nothing was guarded in that time. It goes on now" in reported.text
    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert world.ledger(KRAKEN).total("ETH") == OWN
    assert (await over(stage)).attempt == 1
    assert stage.bot.is_running
