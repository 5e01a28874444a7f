"""Alerts the owners past the outbox that the database cannot be used: alerts are rows in it."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.supervision.database_file import DatabaseReplacedError
from engine.clock import Clock

#: Another process may hold the database for a moment.
ALARM_AFTER_S = 5.0
REMIND_S = 60.0

_STOPPED = "NIJA cannot write its database: exits cannot be carried out; nothing is sold and no other alert can be kept."
_BUSY = f"{_STOPPED} Is the disk full, or does another program hold the database file?"
_DAMAGED = f"{_STOPPED} The file is damaged: stop NIJA and put a backup in its place with nija restore FILE."
_REPLACED = (
    "NIJA's database file was removed or replaced while it runs: guards, alerts and history of from now on are "
    "lost at the next start. Stop NIJA, put the file back or use nija restore FILE, and start it again."
)

log = structlog.get_logger(__name__)


def _message(error: SQLAlchemyError | sqlite3.Error) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, DatabaseReplacedError):
        return _REPLACED
    # An operational error is one of the disk or of other programs; plain database errors are of the file itself.
    is_damaged = isinstance(cause, sqlite3.DatabaseError) and not isinstance(cause, sqlite3.OperationalError)
    return _DAMAGED if is_damaged else _BUSY


class DatabaseAlarm:
    """Observes jobs that use the database, and alerts when one fails or waits for seconds."""

    def __init__(self, *, notify: Callable[[str], object], clock: Clock) -> None:
        self._notify = notify
        self._clock = clock
        self._failing: set[str] = set()
        self._since = 0.0
        self._alerted_at: float | None = None

    @property
    def failing_s(self) -> float | None:
        """Return for how long the database has been failing; None while it works, or failed for a moment only."""
        return None if self._alerted_at is None else self._clock.monotonic() - self._since

    def around(self, name: str, what: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Return the same job, observed."""

        async def observed() -> None:
            began = self._clock.monotonic()
            work = asyncio.ensure_future(what())
            try:
                await asyncio.wait({work}, timeout=ALARM_AFTER_S)
                if not work.done():
                    self._fails(name, began, _BUSY)
                await work
            except (SQLAlchemyError, sqlite3.Error) as error:
                self._fails(name, began, _message(error))
                raise
            finally:
                work.cancel()
            self._works(name)

        return observed

    def _fails(self, name: str, since: float, message: str) -> None:
        if not self._failing:
            self._since = since
        self._failing.add(name)
        now = self._clock.monotonic()
        reminds = self._alerted_at is not None and now - self._alerted_at < REMIND_S
        if now - self._since < ALARM_AFTER_S or reminds:
            return
        self._alerted_at = now
        log.critical("the database cannot be used: exits cannot be carried out", job=name)
        self._notify(f"{message} This has been so for {now - self._since:.0f} s.")

    def _works(self, name: str) -> None:
        self._failing.discard(name)
        if self._failing or self._alerted_at is None:
            return
        self._alerted_at = None
        lasted_s = self._clock.monotonic() - self._since
        log.warning("the database can be used again", lasted_s=round(lasted_s))
        self._notify(f"NIJA can write its database again, after {lasted_s:.0f} s: exits are carried out.")
