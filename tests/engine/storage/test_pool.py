import asyncio
import sqlite3
from contextlib import closing, suppress

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.storage import connecting
from engine.storage.direct import WRITING
from engine.storage.pool import ConnectionPool, RolledBackError

_LATE = "REFERENCES coins (coin) DEFERRABLE INITIALLY DEFERRED"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "one.db"


@pytest.fixture
async def pool(file):
    pool = ConnectionPool(
        f"sqlite+aiosqlite:///{file}", size=1, wal=True, pragmas=(*WRITING, "foreign_keys=ON")
    )
    async with pool.write() as connection:
        connection.exec_driver_sql("CREATE TABLE coins (coin TEXT UNIQUE)")
        # What it refers to is looked for by the commit.
        connection.exec_driver_sql(f"CREATE TABLE held (coin TEXT {_LATE})")
    yield pool
    await pool.close()


def coins(file):
    with closing(sqlite3.connect(file)) as other:
        return [coin for (coin,) in other.execute("SELECT coin FROM coins ORDER BY coin")]


async def insert(pool, coin):
    async with pool.write() as connection:
        connection.exec_driver_sql("INSERT INTO coins VALUES (?)", (coin,))


@pytest.mark.fault("P55")
async def test_a_write_that_is_cancelled_anywhere_is_on_disk_whole_or_not_at_all(pool, file):
    for turns in range(20):
        before = coins(file)
        task = asyncio.create_task(insert(pool, str(turns)))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

        assert coins(file) in (before, sorted([*before, str(turns)]))
        with closing(sqlite3.connect(file, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")


async def test_a_write_waits_for_another_program_while_the_loop_goes_on(pool, file):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(insert(pool, "BTC"))
        # A wait that held up the loop would end with this test's own lock: by an error.
        for _ in range(10):
            await asyncio.sleep(0)
        assert not writing.done()
        other.execute("COMMIT")

    await writing
    assert coins(file) == ["BTC"]


async def test_a_write_gives_up_on_a_program_that_does_not_let_go(pool, file, monkeypatch):
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            await insert(pool, "BTC")

    await insert(pool, "ETH")
    assert coins(file) == ["ETH"]


async def test_a_commit_that_fails_leaves_nothing_behind_and_the_connection_usable(pool, file):
    async def hold_what_is_missing():
        async with pool.write() as connection:
            connection.exec_driver_sql("INSERT INTO coins VALUES ('BTC')")
            connection.exec_driver_sql("INSERT INTO held VALUES ('ETH')")

    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await hold_what_is_missing()

    assert coins(file) == []
    await insert(pool, "ETH")
    assert coins(file) == ["ETH"]


async def test_a_connection_that_is_lent_while_the_pool_closes_is_closed_when_it_comes_back(pool, file):
    async with pool.write() as connection:
        await pool.close()
        connection.exec_driver_sql("INSERT INTO coins VALUES ('BTC')")

    assert coins(file) == ["BTC"]
    assert connection.closed


async def test_a_transaction_that_sqlite_ended_at_an_error_is_not_taken_for_committed(pool, file):
    async def go_on_after_an_error():
        async with pool.write() as connection:
            connection.exec_driver_sql("INSERT INTO coins VALUES ('BTC')")
            with suppress(IntegrityError):
                connection.exec_driver_sql("INSERT OR ROLLBACK INTO coins VALUES ('BTC')")

    with pytest.raises(RolledBackError):
        await go_on_after_an_error()

    assert coins(file) == []
    await insert(pool, "ETH")


async def test_a_long_check_that_is_cancelled_is_over_before_its_connection_is_lent_again(pool):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    begun = asyncio.Event()

    async def check():
        async with pool.lend() as connection:
            begun.set()
            await connection.run_long(endless)

    checking = asyncio.create_task(check())
    await begun.wait()
    async with asyncio.timeout(30):
        checking.cancel()
        await asyncio.gather(checking, return_exceptions=True)

        await insert(pool, "BTC")
