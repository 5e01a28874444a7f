"""Imported before the bot begins, it gives its process a wall clock that a test sets, as a time service does.

Everything that tells the wall time in the bot's process (time.time, and datetime.now where somebody asks it) is
off by what a file says; the steady clock goes on.
"""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.executors import base as executors
from apscheduler.schedulers import base as schedulers
from apscheduler.triggers import interval

import engine.clock
from bot.supervision import timer

_FILE = Path(os.environ["WALL_CLOCK_OFF_BY"])
_true_ns = time.time_ns


def _off_ns():
    return int(_FILE.read_text()) * 1_000_000_000


def _time_ns():
    return _true_ns() + _off_ns()


class SetDatetime(datetime):
    """Tells now by the clock that is set; what it returns is an ordinary datetime."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(microseconds=_off_ns() // 1000)


time.time_ns = _time_ns
time.time = lambda: _time_ns() / 1_000_000_000
for asks in (engine.clock, timer, schedulers, executors, interval):
    asks.datetime = SetDatetime
