"""A data dir that was copied: the bot on the copy asks before it sells, for the first one may still run."""

import asyncio
import shutil
from decimal import Decimal

import pytest

from demo.tour.records import read_guards
from engine.storage.backup import backup_database
from tests.acceptance.ether import WAIT_S, an_ether_world, fall, introduced, sales, until
from tests.bot.disk import folder_with_marks

QUESTION = "Is this the only NIJA?"


@pytest.fixture
def tmp_path():
    with folder_with_marks() as folder:
        yield folder


@pytest.mark.fault("P27")
async def test_the_bot_on_a_copy_sells_nothing_before_its_owner_answers(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    await stage.bot.stop()
    original = stage.data_dir.with_name("original")
    stage.data_dir.rename(original)
    shutil.copytree(original, stage.data_dir)

    fall(world)
    await stage.start_bot()
    question = await stage.owner.wait_for(QUESTION, WAIT_S)
    [asked] = await until(lambda: [one for one in read_guards(stage.database) if one.state == "paused"])
    status = await stage.owner.ask("/status", timeout_s=WAIT_S)
    stage.owner.press(question, "Only this one runs")
    await stage.owner.wait_for("Compared with the venue first", WAIT_S)

    assert "ETH/USD at Kraken" in question.text
    assert asked.asset == "ETH"
    assert "the database was copied or moved" in status.text
    assert sales(world) == []


@pytest.mark.fault("P27")
async def test_a_restart_on_the_same_files_asks_nothing(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    await stage.bot.stop()
    moved = stage.data_dir.with_name("moved")
    stage.data_dir.rename(moved)
    moved.rename(stage.data_dir)

    fall(world)
    await stage.start_bot()
    await until(lambda: sales(world))

    assert not any(QUESTION in message.text for message in stage.owner.messages)


@pytest.mark.fault("P31")
@pytest.mark.parametrize("ending", ["stopped", "killed"])
async def test_a_backup_copied_over_the_database_sells_nothing_before_its_owner_answers(open_bot, ending):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    backup = stage.data_dir.with_name("backup.db")
    await asyncio.to_thread(backup_database, stage.database, backup)
    fall(world)
    await until(lambda: sales(world))
    await (stage.bot.stop() if ending == "stopped" else stage.bot.kill())
    # What the guard of the backup would sell now is the owner's own.
    world.ledger("kraken").deposit("ETH", Decimal(2), at=0)

    shutil.copyfile(backup, stage.database)
    await stage.start_bot()
    await stage.owner.wait_for(QUESTION, WAIT_S)
    [asked] = await until(lambda: [one for one in read_guards(stage.database) if one.state == "paused"])

    assert asked.asset == "ETH"
    assert len(sales(world)) == 1
