"""While another program holds the database nothing can be sold; the owner hears it without the outbox."""

import sqlite3
from contextlib import closing

import pytest

from sandbox.world import KRAKEN
from tests.acceptance.ether import GUARDED, OWN, alerted, an_ether_world, fall, introduced, sales


@pytest.mark.fault("P5")
async def test_the_owner_hears_that_nothing_can_be_sold_and_that_it_goes_on(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    with closing(sqlite3.connect(stage.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        fall(world)
        alarm = await stage.owner.wait_for("NIJA cannot write its database", 60)
        status = await stage.owner.ask("/status", head="Status", timeout_s=20)
        sent_meanwhile = world.tape(KRAKEN).calls("AddOrder")
        other.execute("ROLLBACK")
    await alerted(stage)
    await stage.owner.wait_for("NIJA can write its database again", 20)

    assert "exits cannot be carried out" in alarm.text
    assert sent_meanwhile == []
    assert "All is well." not in status.text
    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert world.ledger(KRAKEN).total("ETH") == OWN
