import asyncio
import sqlite3
from contextlib import nullcontext

import pytest
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.storage import database_alarm
from bot.storage.database_alarm import DatabaseAlarm
from bot.supervision.database_file import DatabaseReplacedError
from tests.bot.hand_clock import HandClock
from tests.bot.until import until

LOCKED = OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))


class ChatData:
    """A job that fails as told, the alarm around it and what the owner heard."""

    def __init__(self):
        self.clock, self.reported, self.error, self.takes_s = HandClock(), [], None, 0.0
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.alarm = DatabaseAlarm(notify=self.reported.append, clock=self.clock)
        self.job = self.alarm.around("lease", self.work)

    async def work(self):
        if self.takes_s:
            self.clock.pass_time(self.takes_s)
            self.begun.set()
            await self.go_on.wait()
        if self.error:
            raise self.error

    async def run(self, error=None, *, after_s=5):
        self.clock.pass_time(after_s)
        self.error = error
        with pytest.raises(type(error)) if error else nullcontext():
            await self.job()


@pytest.fixture
def case():
    return ChatData()


async def test_a_database_that_works_is_not_spoken_of(case):
    await case.run()

    assert case.reported == []


@pytest.mark.fault("P4")
async def test_one_that_fails_for_seconds_is_reported_once_a_minute_until_it_works(case):
    for _ in range(14):
        await case.run(LOCKED)
    assert case.alarm.failing_s == 65
    await case.run()

    assert case.alarm.failing_s is None
    first, reminder, clear = case.reported
    assert first.startswith("NIJA cannot write its database: exits cannot be carried out")
    assert "for 5 s" in first
    assert "for 65 s" in reminder
    assert clear.startswith("NIJA can write its database again, after 70 s")


@pytest.mark.fault("P6")
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OperationalError("BEGIN", None, sqlite3.OperationalError("disk full")), "Is the disk full"),
        (DatabaseError("SELECT", None, sqlite3.DatabaseError("malformed")), "The file is damaged"),
        (DatabaseReplacedError("nija.db was removed or replaced"), "was removed or replaced while it runs"),
    ],
    ids=["no room", "damaged", "replaced"],
)
async def test_what_is_wrong_with_it_is_named(case, error, message):
    for _ in range(2):
        await case.run(error)

    [reported] = case.reported
    assert message in reported


async def test_a_moment_of_failing_is_not_reported(case):
    await case.run(LOCKED)
    await case.run()

    assert case.reported == []


async def test_another_error_is_no_matter_of_the_database(case):
    for _ in range(5):
        await case.run(ValueError("a bug"))

    assert case.reported == []


@pytest.mark.fault("P5")
async def test_one_that_only_waits_is_reported_before_it_fails(case, monkeypatch):
    monkeypatch.setattr(database_alarm, "ALARM_AFTER_S", 0.02)
    case.takes_s = 0.3

    running = asyncio.create_task(case.run())
    await until(lambda: case.reported)
    assert len(case.reported) == 1

    case.go_on.set()
    await running
    assert len(case.reported) == 2


async def test_it_is_well_only_when_every_job_works(case):
    async def fail():
        raise sqlite3.OperationalError("disk I/O error")

    other = case.alarm.around("guard", fail)
    for _ in range(3):
        case.clock.pass_time(5)
        with pytest.raises(sqlite3.OperationalError):
            await other()
        await case.run(after_s=0)

    assert len(case.reported) == 1


async def test_a_run_that_is_cancelled_takes_its_work_along(case, monkeypatch):
    case.takes_s = 30
    running = asyncio.create_task(case.job())
    await case.begun.wait()

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert len(asyncio.all_tasks()) == 1
