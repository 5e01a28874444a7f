import pytest
from sqlalchemy import text

from engine.entries.halts import Halt, HaltedBy, HaltSwitch
from tests.bot.database import migrated
from tests.bot.hand_clock import HandClock

OWNER = 7


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path) as ready:
        yield ready


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def switch(database, clock):
    return HaltSwitch(database=database, clock=clock)


async def test_entries_are_allowed_until_somebody_stops_them(switch):
    assert await switch.fetch_halt(OWNER) is None


async def test_resuming_allows_them_again_and_twice_changes_nothing(switch):
    await switch.halt(OWNER, by=HaltedBy.CHAT)

    assert await switch.resume(OWNER) is None
    assert await switch.resume(OWNER) is None
    assert await switch.fetch_halt(OWNER) is None


async def test_a_second_stop_keeps_the_time_of_the_first(switch, clock):
    first = await switch.halt(OWNER, by=HaltedBy.CHAT)
    clock.pass_time(60)

    assert await switch.halt(OWNER, by=HaltedBy.SERVER) == first


@pytest.mark.parametrize(
    ("by", "halted_by"),
    [("chat", HaltedBy.CHAT), ("server", HaltedBy.SERVER), ("moon", None), (b"chat", None)],
)
async def test_a_stop_whose_record_is_damaged_still_stops_and_nothing_is_made_up(
    switch, database, by, halted_by
):
    await switch.halt(OWNER, by=HaltedBy.CHAT)
    async with database.write() as session:
        damage = text("UPDATE halts SET since = 'yesterday', \"by\" = :by")
        await session.send(damage, by=by)

    assert await switch.fetch_halt(OWNER) == Halt(since=None, by=halted_by)
