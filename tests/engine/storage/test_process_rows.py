from datetime import timedelta

from sqlalchemy import text

from engine.storage import process_store as process
from engine.storage.process_store import ProcessRun
from tests.engine.storage.stored import NOW

LATER = NOW + timedelta(minutes=5)


async def test_a_lease_that_is_taken_over_rises_and_its_old_holder_may_not_go_on(database):
    async with database.write() as session:
        first = await process.take_lease(session, "bot", owner="a", now=NOW)
        alone = await process.beat(session, first, now=LATER)
    async with database.write() as session:
        second = await process.take_lease(session, "bot", owner="b", now=LATER)
        ousted = await process.beat(session, first, now=LATER)
        holding = await process.beat(session, second, now=LATER)

    assert (first.epoch, second.epoch) == (1, 2)
    assert (alone, ousted, holding) == (True, False, True)


async def test_a_lease_that_does_not_exist_is_not_held(database):
    async with database.write() as session:
        first = await process.take_lease(session, "bot", owner="a", now=NOW)

    async with database.write() as session:
        assert not await process.beat(session, _renamed(first), now=LATER)


def _renamed(lease):
    return type(lease)(
        name="another", owner="a", epoch=lease.epoch, acquired_at=lease.acquired_at, heartbeat_at=NOW
    )


async def test_what_was_last_watched_is_known_after_a_crash(database):
    async with database.write() as session:
        nothing = await process.load_last_watched(session)
        crashed = await process.begin_run(session, now=NOW)
        await process.note_cycle(
            session, crashed, at=LATER, seen={"g1": process.LastSeen(ratio="-0.0099", at=NOW)}
        )
    async with database.write() as session:
        await process.begin_run(session, now=LATER + timedelta(hours=2))

    async with database.read() as session:
        last = await process.load_last_watched(session)
    assert nothing is None
    assert last == ProcessRun(
        run_id=crashed,
        started_at=NOW,
        last_guard_cycle_at=LATER,
        stopped_at=None,
        clean=False,
        last_seen={"g1": process.LastSeen(ratio="-0.0099", at=NOW)},
    )


async def test_ratios_that_an_earlier_version_wrote_are_read(database):
    async with database.write() as session:
        run = await process.begin_run(session, now=NOW)
        await process.note_cycle(session, run, at=NOW, seen={})
        await session.send(text("""UPDATE process_runs SET last_ratios_json = '{"g1": "-0.01"}'"""))

    async with database.read() as session:
        last = await process.load_last_watched(session)
    assert last.last_seen == {"g1": process.LastSeen(ratio="-0.01")}


async def test_a_run_that_stopped_on_purpose_is_clean(database):
    async with database.write() as session:
        run = await process.begin_run(session, now=NOW)
        await process.note_cycle(session, run, at=NOW, seen={})
        await process.end_run(session, run, now=LATER)

    async with database.read() as session:
        last = await process.load_last_watched(session)
    assert (last.clean, last.stopped_at) == (True, LATER)


async def test_notes_on_a_run_that_does_not_exist_change_nothing(database):
    async with database.write() as session:
        await process.note_cycle(session, 404, at=NOW, seen={})
        await process.end_run(session, 404, now=NOW)

    async with database.read() as session:
        assert await process.load_last_watched(session) is None


async def test_an_update_delivered_twice_is_handled_once(database):
    async with database.write() as session:
        first = await process.note_update(session, 900_000_000_000, now=NOW)
    async with database.write() as session:
        again = await process.note_update(session, 900_000_000_000, now=LATER)

    assert (first, again) == (True, False)
