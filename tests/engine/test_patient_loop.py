"""Time stands still while a thread works, also for whoever waits for it no more."""

import asyncio
import threading

import aiosqlite.core
import pytest

from tests.patient_loop import PatientLoop, WatchedQueue

#: How long a thread gives the loop to jump; one that stands still lets it pass.
LOOK_S = 0.1


class Statement:
    """Work in a thread that outlasts whoever awaits it."""

    def __init__(self):
        self.has_begun, self._time_passed = threading.Event(), threading.Event()
        self.time_passed = None

    def __call__(self):
        self.has_begun.set()
        self.time_passed = self._time_passed.wait(LOOK_S)

    async def is_given_up(self, waiting):
        """Give it up once it has begun, and wait for half a minute of the loop's."""
        asyncio.get_running_loop().call_later(30, self._time_passed.set)
        self.has_begun.wait()
        waiting.cancel()
        await asyncio.sleep(60)


async def in_database(statement, monkeypatch):
    monkeypatch.setattr(aiosqlite.core, "SimpleQueue", WatchedQueue)
    async with aiosqlite.connect(":memory:") as connection:
        waiting = asyncio.create_task(connection._execute(statement))
        await asyncio.sleep(0)
        await statement.is_given_up(waiting)


async def in_executor(statement, _monkeypatch):
    await statement.is_given_up(asyncio.get_running_loop().run_in_executor(None, statement))


@pytest.mark.parametrize("place", [in_database, in_executor])
def test_time_stands_still_until_work_that_was_given_up_is_done(place, monkeypatch):
    statement = Statement()

    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        runner.run(place(statement, monkeypatch))
        passed_s = runner.get_loop().time()

    assert (statement.time_passed, passed_s >= 60) == (False, True)
