import asyncio
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.testing import capture_logs

from engine.storage.database import Database, is_sqlite
from engine.storage.migrate import migration_pool
from engine.storage.process_table import LeaseRow
from engine.storage.statements import insert_row
from tests.engine.storage.stored import NOW, a_database
from tests.rows import change_row, load_row


async def count_up(database):
    async with database.write() as session:
        row = await load_row(session, LeaseRow, "counter")
        await asyncio.sleep(0)
        await change_row(session, LeaseRow, "counter", epoch=row.epoch + 1)


async def start_counter(database):
    async with database.write() as session:
        row = LeaseRow(name="counter", owner="test", epoch=0, acquired_at=NOW, heartbeat_at=NOW)
        await insert_row(session, row)


async def counter(database):
    async with database.read() as session:
        return (await load_row(session, LeaseRow, "counter")).epoch


async def test_no_update_is_lost_among_concurrent_read_modify_writes(database):
    await start_counter(database)

    await asyncio.gather(*(count_up(database) for _ in range(20)))

    assert await counter(database) == 20


async def test_no_update_is_lost_between_two_processes_on_one_file(database):
    await start_counter(database)
    other = Database(database.url)

    await asyncio.gather(*(count_up(each) for _ in range(10) for each in (database, other)))
    await other.dispose()

    assert await counter(database) == 20


async def test_what_is_kept_for_history_lets_every_other_writer_go_first(database):
    """They wait for the one that is being written, however many more have come before them."""
    written, begun = [], asyncio.Event()

    async def note(opened, name):
        async with opened:
            written.append(name)
            begun.set()
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(note(database.write_history(), f"snapshot {number}"))
        await begun.wait()
        for number in range(2):
            group.create_task(note(database.write(), f"intent {number}"))

    snapshots = [f"snapshot {number}" for number in range(20)]
    assert written == [snapshots[0], "intent 0", "intent 1", *snapshots[1:]]


async def test_an_exception_rolls_the_whole_unit_back(database):
    await start_counter(database)

    async def fail_half_way():
        async with database.write() as session:
            await change_row(session, LeaseRow, "counter", epoch=5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()

    assert await counter(database) == 0


async def test_a_writer_that_is_cancelled_anywhere_leaves_the_database_usable(database):
    await start_counter(database)

    for turns in range(40):
        task = asyncio.create_task(count_up(database))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if turns % 10 == 0:
            before = await counter(database)
            await count_up(database)
            assert await counter(database) == before + 1


async def test_what_fails_after_a_commit_fails_neither_the_commit_nor_who_else_hears_of_it(database):
    heard = []

    def fail(_):
        raise ZeroDivisionError

    with database.on_commit(fail), database.on_commit(heard.append), capture_logs() as logged:
        await start_counter(database)

    assert (await counter(database), len(heard)) == (0, 1)
    assert [line["log_level"] for line in logged] == ["error"]


async def test_whoever_follows_commits_hears_of_one_whose_writer_was_cancelled_meanwhile(database):
    await start_counter(database)

    for turns in range(40):
        heard, before = [], await counter(database)
        with database.on_commit(heard.append):
            task = asyncio.create_task(count_up(database))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert len(heard) == await counter(database) - before


async def test_a_read_cannot_write(database):
    with pytest.raises(OperationalError, match="readonly database"):
        async with database.read() as session:
            await session.exec(text("DELETE FROM users"))


async def test_readers_go_on_while_a_write_is_open_and_see_only_what_is_committed(database):
    await start_counter(database)

    async with database.write() as session:
        await change_row(session, LeaseRow, "counter", epoch=5)
        during = await counter(database)

    assert (during, await counter(database)) == (0, 5)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)],
)
async def test_the_writer_survives_a_power_cut_and_keeps_references(database, pragma, value):
    async with database.write() as session:
        answer = (await session.exec(text(f"PRAGMA {pragma}"))).scalar()

    assert answer == value


async def test_a_row_must_point_to_a_user_that_exists(database):
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        async with database.write() as session:
            await session.exec(text("UPDATE accounts SET user_id = 1"))


async def test_everything_an_owner_has_follows_to_another_telegram_id(database):
    async with database.write() as session:
        await session.exec(text("UPDATE users SET user_id = 8000000000"))

    async with database.read() as session:
        owners = (await session.exec(text("SELECT DISTINCT user_id FROM accounts"))).scalars().all()
    assert owners == [8000000000]


async def test_a_sound_database_has_no_damage(database):
    assert await database.find_damage() == ()


async def test_a_row_without_its_owner_is_damage(database):
    careless = migration_pool(database.url)
    async with careless.write() as connection:
        connection.exec_driver_sql("DELETE FROM users")
    await careless.close()

    damage = await database.find_damage()

    assert damage[0].startswith("accounts row ")
    assert damage[0].endswith("points to a missing users row")


async def test_disposing_closes_every_thread(tmp_path):
    before = set(threading.enumerate())
    database = a_database(tmp_path)
    await start_counter(database)
    await counter(database)

    await database.dispose()

    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_the_kind_of_database_is_read_from_its_url():
    assert is_sqlite("sqlite+aiosqlite:////data/nija.db")
    assert not is_sqlite("postgresql+psycopg://localhost/nija")
