import gc
import sqlite3

import pytest

from engine.storage import one_trip
from engine.storage.connecting import open_connection
from tests.engine.storage.stored import a_database


@pytest.fixture
async def connection(tmp_path):
    connection = await open_connection(str(tmp_path / "one.db"))
    await connection.execute_fetchall("CREATE TABLE coins (coin TEXT UNIQUE)")
    yield connection
    await connection.close()


@pytest.fixture
def trips(monkeypatch):
    """Every piece of work that is carried to the thread of a connection, by its name."""
    carried, execute = [], one_trip.OneTripConnection._execute

    async def noted(self, work, *arguments, **options):
        carried.append(work.__name__)
        return await execute(self, work, *arguments, **options)

    monkeypatch.setattr(one_trip.OneTripConnection, "_execute", noted)
    return carried


async def test_each_statement_takes_one_trip_to_the_thread_of_its_connection(tmp_path, trips):
    database = a_database(tmp_path)
    async with database.read() as session:
        connection = await session.connection()
        trips.clear()
        for _ in range(3):
            await connection.exec_driver_sql("SELECT 1")
        assert trips == ["in_one_trip"] * 3
    await database.dispose()


async def test_a_cursor_knows_what_it_found_and_what_it_changed(connection):
    inserted = await connection.cursor().execute("INSERT INTO coins VALUES ('BTC') RETURNING coin")
    both = await connection.cursor().executemany("INSERT INTO coins VALUES (?)", [("ETH",), ("ADA",)])
    changed = await connection.cursor().execute("UPDATE coins SET coin = lower(coin)")
    found = await connection.cursor().execute("SELECT coin FROM coins WHERE coin > ?", ("b",))

    assert (inserted.lastrowid, await inserted.fetchall()) == (1, [("BTC",)])
    assert (both.rowcount, changed.rowcount) == (2, 3)
    assert ([name for name, *_ in found.description], await found.fetchall()) == (
        ["coin"],
        [("btc",), ("eth",)],
    )


async def test_a_statement_that_is_refused_holds_no_lock_and_leaves_the_connection_usable(
    connection, tmp_path
):
    twice = [("BTC",), ("BTC",)]
    with pytest.raises(sqlite3.IntegrityError):
        await connection.cursor().executemany("INSERT INTO coins VALUES (?)", twice)
    # What failed is gone with its cursor: another program may write.
    with sqlite3.connect(tmp_path / "one.db", timeout=0) as other:
        other.execute("INSERT INTO coins VALUES ('ETH')")
    other.close()

    found = await connection.cursor().execute("SELECT coin FROM coins ORDER BY coin")

    assert await found.fetchall() == [("BTC",), ("ETH",)]


async def test_rows_that_nobody_fetches_keep_no_view_of_the_database_open(connection, tmp_path):
    await connection.execute_fetchall("PRAGMA journal_mode=WAL")
    await connection.execute_fetchall("INSERT INTO coins VALUES ('BTC'), ('ETH')")
    gc.disable()
    try:
        unread = await connection.cursor().execute("SELECT coin FROM coins")
        (busy, _, _), *_ = await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        gc.enable()

    assert (busy, await unread.fetchall()) == (0, [("BTC",), ("ETH",)])
