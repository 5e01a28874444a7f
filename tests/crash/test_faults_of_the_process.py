"""A stop, a full disk and a flood of commands, each in the middle of the real bot's exit."""

import asyncio
import resource
from contextlib import contextmanager

import pytest

from demo.stage import open_stage
from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import GUARDED, OWN, alerted, an_ether_world, fall, guarded, over, sales
from tests.acceptance.forked import ForkedBot

FLOOD = 200


@pytest.fixture
async def stage(tmp_path, forks):
    """A bot that guards one ether."""
    settings = {
        "NIJA_GUARD_INTERVAL_S": "0.3",
        "NIJA_SNAPSHOT_INTERVAL_S": "60",
        "NIJA_GUARD_EXISTING": "all",
    }
    world = an_ether_world()
    async with open_stage(world, settings=settings, data_dir=tmp_path, process=ForkedBot) as stage:
        await stage.start_bot()
        await guarded(stage)
        yield stage


def check_sold_once(world):
    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert world.ledger(KRAKEN).total("ETH") == OWN


@contextmanager
def no_room_on_disk(pid):
    """Let the kernel refuse every byte the process would add to a file, as a full disk does."""
    unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


@pytest.mark.fault("P9")
async def test_a_stop_in_the_middle_of_a_sale_brings_it_to_its_end(stage):
    stage.world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="AddOrder", delay_s=1))

    fall(stage.world)
    await stage.world.tape(KRAKEN).wait_for("AddOrder", timeout_s=20)
    await stage.bot.stop()

    assert stage.bot.exit_code == 0
    check_sold_once(stage.world)
    assert (await over(stage)).attempt == 1
    assert await alerted(stage)


@pytest.mark.fault("P4")
async def test_a_disk_that_takes_no_more_is_reported_and_the_loser_sold_once_it_does(stage):
    with no_room_on_disk(stage.bot.pid):
        fall(stage.world)
        alarm = await stage.owner.wait_for("cannot write its database", 60)
        sent_meanwhile = stage.world.tape(KRAKEN).calls("AddOrder")
    await alerted(stage)

    assert "Is the disk full" in alarm.text
    assert sent_meanwhile == []
    check_sold_once(stage.world)


@pytest.mark.fault("C3")
async def test_a_sale_goes_out_during_a_flood_of_commands(stage):
    for _ in range(FLOOD):
        stage.owner.send("/positions")
    fall(stage.world)

    async with asyncio.timeout(20):
        await over(stage)

    check_sold_once(stage.world)
