import asyncio
import sqlite3
import subprocess
import sys
import threading

import pytest
from sqlalchemy import text

from engine.nonce.store import NonceStore
from engine.storage import connecting
from engine.storage.connecting import open_connection, uninterrupted
from engine.storage.database import Database
from tests.engine.storage.stored import a_database


class Connections:
    """Every SQLite connection of the process, and whether it was closed rather than forgotten."""

    def __init__(self):
        self.open = set()
        self.opened = 0
        noted = self

        class Noted(connecting._RollingBack):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                self.number = noted.opened
                noted.opened += 1
                noted.open.add(self.number)

            def close(self):
                noted.open.discard(self.number)
                super().close()

        self.factory = Noted


@pytest.fixture
def connections(monkeypatch):
    noted, connect = Connections(), sqlite3.connect
    monkeypatch.setattr(
        "aiosqlite.core.sqlite3.connect",
        lambda *arguments, **options: connect(*arguments, **(options | {"factory": noted.factory})),
    )
    return noted


async def cancelled_after(turns, work):
    task = asyncio.ensure_future(work)
    for _ in range(turns):
        await asyncio.sleep(0)
        # Lets the connection's own thread come as far as it can.
        await asyncio.to_thread(lambda: None)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def write(database):
    async with database.write() as session:
        await session.exec(text("SELECT 1"))


async def read(database):
    async with database.read() as session:
        await session.exec(text("SELECT 1"))


@pytest.mark.parametrize("use", [write, read])
async def test_a_task_cancelled_anywhere_while_it_connects_leaves_no_connection_open(
    tmp_path, connections, use
):
    url = a_database(tmp_path).url
    for turns in range(30):
        database = Database(url)
        await cancelled_after(turns, use(database))

        await database.dispose()

        assert connections.open == set(), turns
    assert connections.opened > 20


async def test_a_nonce_store_cancelled_anywhere_while_it_opens_leaves_no_connection_open(
    tmp_path, connections
):
    for turns in range(12):
        store = NonceStore(tmp_path / "nija.db", None)
        await cancelled_after(turns, store.open())

        await store.close()

        assert connections.open == set(), turns


async def test_a_connection_that_cannot_be_prepared_is_closed(tmp_path, connections):
    with pytest.raises(sqlite3.OperationalError):
        await open_connection(str(tmp_path / "x.db"), pragmas=("no such thing(",))

    assert connections.open == set()
    assert connections.opened == 1


async def test_a_closed_connection_holds_no_lock_though_a_cursor_of_it_is_still_around(tmp_path):
    file = str(tmp_path / "x.db")
    connection = await open_connection(file, wal=True)
    await connection.execute_fetchall("CREATE TABLE t AS SELECT 1 AS a UNION SELECT 2")
    await connection.execute_fetchall("BEGIN IMMEDIATE")
    cursor = await connection.execute("SELECT a FROM t")
    await cursor.fetchone()

    await connection.close()

    with sqlite3.connect(file, timeout=0) as other:
        other.execute("INSERT INTO t VALUES (3)")
    other.close()
    assert cursor is not None


async def test_work_that_is_not_interrupted_ends_before_the_cancellation_takes_effect():
    go_on, done = asyncio.Event(), []

    async def work():
        await go_on.wait()
        done.append("worked")
        return "result"

    async def undo(result):
        done.append(f"undid {result}")

    task = asyncio.ensure_future(uninterrupted(work(), undo=undo))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["worked", "undid result"]


async def test_the_switch_of_the_journal_waits_for_another_process_that_holds_the_file(tmp_path):
    file = str(tmp_path / "fresh.db")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    opening = asyncio.ensure_future(open_connection(file, wal=True))
    await asyncio.wait({opening}, timeout=0.3)
    assert not opening.done()

    holder.execute("COMMIT")
    holder.close()

    connection = await opening
    rows = list(await connection.execute_fetchall("PRAGMA journal_mode"))
    await connection.close()
    assert rows == [("wal",)]


async def test_a_file_that_is_held_for_too_long_is_an_error_and_no_hang(tmp_path, monkeypatch):
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_MS", 50)
    file = str(tmp_path / "fresh.db")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        await open_connection(file, wal=True)
    holder.close()


OPENER = """
import asyncio, sys
from engine.storage.connecting import open_connection

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    connection = await open_connection(sys.argv[1], wal=True, pragmas=("synchronous=FULL",))
    await connection.close()

asyncio.run(main())
"""


def test_processes_that_open_one_fresh_database_at_once_all_open_it(tmp_path):
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(tmp_path / "fresh.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        for opener in openers:
            assert opener.stdout.readline() == "ready\n"
        for opener in openers:
            opener.stdin.write("go\n")
            opener.stdin.flush()
        ended = [(opener.communicate(timeout=60)[1], opener.returncode) for opener in openers]
    finally:
        for opener in openers:
            opener.kill()
            opener.wait()

    assert ended == [("", 0)] * len(openers)


def test_threads_that_open_fresh_databases_at_once_all_open_them(tmp_path):
    failures, start = [], threading.Barrier(4)

    async def use(file):
        database = Database(f"sqlite+aiosqlite:///{file}")
        try:
            await write(database)
        finally:
            await database.dispose()

    def work():
        for number in range(10):
            start.wait(timeout=60)
            try:
                asyncio.run(use(tmp_path / f"{number}.db"))
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert failures == []
