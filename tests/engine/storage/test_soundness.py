import asyncio
import sqlite3
import threading
from functools import partial

import pytest

from engine.storage.migrate import run_migrations
from engine.storage.soundness import find_damaged_pages
from migrations import SCRIPTS
from tests.builders import NOW


@pytest.fixture
async def file(tmp_path):
    database = tmp_path / "nija.db"
    url = f"sqlite+aiosqlite:///{database}"
    await asyncio.to_thread(run_migrations, url, scripts=SCRIPTS, backups=tmp_path, now=NOW)
    return database


@pytest.fixture
def closed_by(monkeypatch):
    """The threads that closed a connection: the last one of a file writes its whole log back then."""
    threads = []

    class Noting(sqlite3.Connection):
        def close(self):
            threads.append(threading.current_thread())
            super().close()

    monkeypatch.setattr("engine.storage.soundness.sqlite3.connect", partial(sqlite3.connect, factory=Noting))
    return threads


async def test_the_loop_goes_on_while_the_connection_is_closed(file, closed_by):
    assert await find_damaged_pages(file) == ()
    assert len(closed_by) == 1
    assert threading.main_thread() not in closed_by


@pytest.mark.parametrize("turns", range(8))
async def test_a_check_that_is_cancelled_closes_its_connection(file, closed_by, turns):
    checking = asyncio.create_task(find_damaged_pages(file))
    for _ in range(turns):
        await asyncio.sleep(0)
    checking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking

    assert len(closed_by) == min(turns, 1)
    assert threading.main_thread() not in closed_by
