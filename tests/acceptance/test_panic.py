"""A panic in the whole process: buys are halted and everything is sold, by one press."""

import sqlite3
from contextlib import closing

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import GUARDED, OWN, WAIT_S, an_ether_world, guarded, introduced, sales, until

SOLD = "SOLD as you asked"


def halts(stage):
    with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT user_id FROM halts").fetchall()


async def test_one_press_halts_buys_and_sells_all_that_is_held(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    preview = await stage.owner.ask("/panic", timeout_s=WAIT_S)
    assert "Entries: allowed" in (await stage.owner.ask("/status", timeout_s=WAIT_S)).text
    assert sales(world) == []

    stage.owner.press(preview, "Panic")
    stage.owner.press(preview, "Panic", stale=True)
    alert = await stage.owner.wait_for(SOLD, WAIT_S)

    assert alert.text.startswith(SOLD)
    assert [fill.quantity for fill in sales(world)] == [GUARDED + OWN]
    assert "Entries: halted" in (await stage.owner.ask("/status", timeout_s=WAIT_S)).text
    assert (await guarded(stage)).state == "closed"


@pytest.mark.fault("C27")
async def test_a_kill_between_the_halt_and_the_sales_loses_nothing(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    preview = await stage.owner.ask("/panic", timeout_s=WAIT_S)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="Ticker", times=None, delay_s=60))

    stage.owner.press(preview, "Panic")
    await until(lambda: halts(stage))
    await stage.bot.kill()
    assert sales(world) == []
    world.faults(KRAKEN).clear()
    await stage.start_bot()
    await stage.owner.wait_for(SOLD, WAIT_S)

    assert [fill.quantity for fill in sales(world)] == [GUARDED + OWN]
    assert "Entries: halted" in (await stage.owner.ask("/status", timeout_s=WAIT_S)).text
