from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from engine.entries.gates import EntryRequest, Gate, Gates, HaltGate, Open, Shut
from engine.entries.halts import Halt, HaltedBy, HaltSwitch
from tests.bot.database import migrated
from tests.bot.hand_clock import HandClock

OWNER, OTHER = 7, 8
NOW = datetime(2026, 3, 7, tzinfo=UTC)


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


async def verdicts(switch, user_id=OWNER):
    return [answer.verdict for answer in await Gates(halts=switch).ask(NOW, EntryRequest(user_id=user_id))]


async def test_entries_are_allowed_until_somebody_stops_them(switch):
    assert await verdicts(switch) == [Open()]


async def test_a_stop_shuts_the_gate_with_a_sentence_that_names_the_way_back(switch):
    await switch.halt(OWNER, by=HaltedBy.SERVER)

    [verdict] = await verdicts(switch)

    assert isinstance(verdict, Shut)
    assert "server" in verdict.reason
    assert "/resume" in verdict.reason


async def test_resuming_opens_it_again_and_twice_changes_nothing(switch):
    await switch.halt(OWNER, by=HaltedBy.CHAT)

    assert await switch.resume(OWNER) is None
    assert await switch.resume(OWNER) is None
    assert await verdicts(switch) == [Open()]


async def test_a_second_stop_keeps_the_time_of_the_first(switch, clock):
    first = await switch.halt(OWNER, by=HaltedBy.CHAT)
    clock.pass_time(60)

    assert await switch.halt(OWNER, by=HaltedBy.SERVER) == first


def test_every_gate_there_is_is_registered():
    registered = {type(gate) for gate in Gates(halts=None)._gates}
    defined = {gate for gate in Gate.__subclasses__() if gate.__module__ == Gate.__module__}

    assert registered == defined == {HaltGate}


def test_a_gate_defined_elsewhere_is_refused():
    with pytest.raises(TypeError, match=r"must be defined in engine\.entries\.gates"):

        class Cooldown(Gate):
            name = "cooldown"

            async def is_open(self, now, request):
                return Open()


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
    assert [type(verdict) for verdict in await verdicts(switch)] == [Shut]
