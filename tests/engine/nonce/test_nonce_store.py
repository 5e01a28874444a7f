import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from engine.nonce.store import NonceStatus, NonceStore
from engine.nonce.table import NonceRow
from tests.engine.storage.stored import KRAKEN, OWNER, a_database, create_schema
from tests.rows import load_row

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
START_NS = 1_795_348_800_000_000_000


class HandClock:
    """A clock that moves when the test says so."""

    def __init__(self):
        self.ns = START_NS

    def now_ns(self):
        return self.ns

    def now(self):
        return START + timedelta(microseconds=(self.ns - START_NS) // 1_000)

    def monotonic(self):
        return 0.0

    async def sleep(self, seconds):
        await asyncio.sleep(0)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "nija.db"
    create_schema(file)
    return file


@pytest.fixture
async def store(file, clock):
    store = await NonceStore(file, clock).open()
    yield store
    await store.close()


def on_disk(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT last_nonce, issued_count FROM nonces").fetchall()


async def test_a_number_is_committed_before_it_is_returned(store, file):
    nonce = await store.next_nonce("a")

    assert nonce == START_NS
    assert on_disk(file) == [(START_NS, 1)]


async def test_numbers_rise_while_the_clock_stands_or_goes_back(store, clock):
    first = await store.next_nonce("a")
    clock.ns -= 3_600_000_000_000
    second = await store.next_nonce("a")
    clock.ns = START_NS + 500
    third = await store.next_nonce("a")

    assert (first, second, third) == (START_NS, START_NS + 1, START_NS + 500)


async def test_a_restart_goes_on_above_what_was_issued_although_the_clock_is_behind(store, file, clock):
    before = await store.next_nonce("a")
    await store.close()
    clock.ns -= 3_600_000_000_000

    again = await NonceStore(file, clock).open()
    after = await again.next_nonce("a")
    await again.close()

    assert after == before + 1


async def test_each_key_counts_for_itself(store, clock):
    assert await store.next_nonce("a") == START_NS
    assert await store.next_nonce("a") == START_NS + 1
    assert await store.next_nonce("b") == START_NS


async def test_a_thousand_concurrent_calls_get_a_thousand_numbers_in_the_order_they_asked(store, file):
    nonces = await asyncio.gather(*(store.next_nonce("a") for _ in range(1000)))

    assert nonces == list(range(START_NS, START_NS + 1000))
    assert on_disk(file) == [(START_NS + 999, 1000)]


async def test_cancelled_callers_never_leave_a_transaction_open(store, file):
    issued = []
    for turns in range(30):
        task = asyncio.create_task(store.next_nonce("a"))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        issued.append(await store.next_nonce("a"))

    with closing(sqlite3.connect(file, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
    assert issued == sorted(set(issued))


async def test_a_loop_that_ends_in_the_middle_leaves_the_file_usable(file, clock, tmp_path):
    async def stop_at(turns):
        store = await NonceStore(file, clock).open()
        for task in [asyncio.create_task(store._issue("a")) for _ in range(2)]:
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert not store._connection.raw.in_transaction
        await store.close()

    for turns in range(12):
        await stop_at(turns)

    with closing(sqlite3.connect(file, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")


async def test_a_failure_in_the_middle_changes_nothing_and_the_next_call_works(store, file):
    first = await store.next_nonce("a")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await store.assign("a", user_id=404, account_id="nobody's")

    assert await store.next_nonce("a") == first + 1
    assert on_disk(file) == [(first + 1, 2)]


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2)])
async def test_a_committed_number_survives_a_power_cut(store, pragma, value):
    assert await store._connection.fetch(f"PRAGMA {pragma}") == [(value,)]


async def test_two_stores_on_one_file_never_issue_the_same_number(store, file, clock):
    other = await NonceStore(file, clock).open()

    mine, theirs = await asyncio.gather(draw(store, 50), draw(other, 50))
    await other.close()

    assert len({*mine, *theirs}) == 100
    assert mine == sorted(mine)
    assert theirs == sorted(theirs)


async def draw(store, count):
    return [await store.next_nonce("a") for _ in range(count)]


@contextmanager
def elsewhere(file):
    """Open a transaction of what else is written to the same file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        if connection.in_transaction:
            connection.execute("COMMIT")


async def test_the_next_call_gets_the_number_that_was_drawn_with_what_it_is_for(store, file, clock):
    await store.next_nonce("a")
    with elsewhere(file) as connection:
        store.reserve(connection, "a")
    clock.ns += 500

    assert await store.next_nonce("a") == START_NS + 1
    assert on_disk(file) == [(START_NS + 1, 2)]
    assert await store.next_nonce("a") == START_NS + 500


async def test_a_reserved_number_is_of_its_key_alone(store, file):
    with elsewhere(file) as connection:
        store.reserve(connection, "a")

    assert await store.next_nonce("b") == START_NS
    assert on_disk(file) == [(START_NS, 1), (START_NS, 1)]
    assert await store.next_nonce("a") == START_NS


async def test_a_reserved_number_that_is_not_on_disk_is_drawn_again(store, file):
    with elsewhere(file) as connection:
        store.reserve(connection, "a")
        connection.execute("ROLLBACK")

    assert await store.next_nonce("a") == START_NS
    assert on_disk(file) == [(START_NS, 1)]


async def test_a_reserved_number_is_waited_for_by_who_draws_before_it_is_committed(store, file):
    with elsewhere(file) as connection:
        store.reserve(connection, "a")
        drawing = asyncio.create_task(store.next_nonce("a"))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not drawing.done()

    assert await drawing == START_NS + 1


async def test_a_reserved_number_that_another_process_has_passed_is_not_used(store, file, clock):
    with elsewhere(file) as connection:
        store.reserve(connection, "a")
    other = await NonceStore(file, clock).open()
    theirs = await other.next_nonce("a")
    await other.close()

    assert await store.next_nonce("a") == theirs + 1


async def test_a_reserved_number_is_not_used_while_a_higher_one_is_being_drawn(store, file):
    drawing = [asyncio.create_task(store.next_nonce("a")) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await drawing[0]
    with elsewhere(file) as connection:
        store.reserve(connection, "a")
    last = await store.next_nonce("a")

    assert last > await drawing[1]


async def test_numbers_rise_whether_they_are_reserved_drawn_or_both_at_once(store, file):
    issued = []

    async def call():
        issued.append(await store.next_nonce("a"))

    for step in range(60):
        if step % 3:
            with elsewhere(file) as connection:
                store.reserve(connection, "a")
                if step % 5 == 0:
                    connection.execute("ROLLBACK")
        await asyncio.gather(*(call() for _ in range(1 + step % 4)))

    assert issued == sorted(set(issued))


async def test_a_number_reserved_before_a_restart_is_never_issued_twice(store, file, clock):
    with elsewhere(file) as connection:
        store.reserve(connection, "a")
    used = await store.next_nonce("a")
    with elsewhere(file) as connection:
        store.reserve(connection, "a")
    await store.close()

    again = await NonceStore(file, clock).open()
    after = await again.next_nonce("a")
    await again.close()

    assert (used, after) == (START_NS, START_NS + 2)


DRAW = """
import asyncio, sys
from engine.clock import SystemClock
from engine.nonce.store import NonceStore

async def main():
    store = await NonceStore(sys.argv[1], SystemClock()).open()
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        for _ in range(150):
            print(await store.next_nonce("a"), flush=True)
    finally:
        await store.close()

asyncio.run(main())
"""


def test_two_processes_on_one_file_never_issue_the_same_number_and_each_is_rising(file):
    command = [sys.executable, "-c", DRAW, str(file)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()

    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    mine, theirs = ([int(line) for line in output] for output in outputs)

    assert [process.returncode for process in processes] == [0, 0]
    assert len({*mine, *theirs}) == 300
    assert mine == sorted(mine)
    assert theirs == sorted(theirs)


async def test_the_list_names_key_last_number_age_and_count(store, clock):
    await store.next_nonce("a")
    await store.next_nonce("a")

    assert await store.list_nonces() == (
        NonceStatus(fingerprint="a", last_nonce=START_NS + 1, last_used_at=START, issued=2),
    )


async def test_a_counter_knows_whose_it_is_and_the_database_reads_it(tmp_path, clock):
    database = a_database(tmp_path)
    store = await NonceStore(tmp_path / "nija.db", clock).open()

    await store.assign("a", user_id=OWNER, account_id=KRAKEN.account_id)
    unused = await store.list_nonces()
    await store.next_nonce("a")
    async with database.read() as session:
        row = await load_row(session, NonceRow, "a")
    await store.close()
    await database.dispose()

    assert unused == ()
    assert (row.user_id, row.account_id) == (OWNER, KRAKEN.account_id)
    assert (row.last_nonce, row.issued_count, row.updated_at) == (START_NS, 1, START)


async def test_a_file_that_is_no_database_is_refused_and_leaves_no_thread_behind(tmp_path, clock):
    file = tmp_path / "nija.db"
    file.write_text("this is not a database, and long enough to be read as a header" * 20)
    before = set(threading.enumerate())

    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        await NonceStore(file, clock).open()

    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
        assert not thread.is_alive()


async def test_a_closed_store_says_so_and_may_be_closed_twice(store):
    await store.close()
    await store.close()

    with pytest.raises(RuntimeError, match="not open"):
        await store.next_nonce("a")


def test_importing_the_store_brings_no_database_framework_along():
    look = (
        "import sys, engine.nonce.store; print(sorted({'sqlalchemy', 'pydantic', 'ccxt'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


async def test_a_damaged_counter_is_listed_as_unreadable_and_logged_when_it_is_replaced(store, file):
    await store.next_nonce("a")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE nonces SET last_nonce = 'many', issued_count = 'x', updated_at = ''")

    listed = await store.list_nonces()
    with capture_logs() as logged:
        nonce = await store.next_nonce("a")

    assert listed == (NonceStatus(fingerprint="a", last_nonce=None, last_used_at=None, issued=None),)
    assert nonce == START_NS
    [entry] = [entry for entry in logged if entry["log_level"] == "error"]
    assert (entry["key"], entry["stored"]) == ("a", "'many'")
