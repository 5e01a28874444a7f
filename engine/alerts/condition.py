"""Lasting conditions that are alerted: when they begin, again in growing pauses, and once when they are over.

What was reported is read from the outbox: a restart repeats nothing, and what ended meanwhile is reported as over. The key of
each alert names the condition, when it began and which alert of it this is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from engine.alerts.messages import Message
from engine.alerts.outbox import append_alert, load_keys
from engine.alerts.series import load_series
from engine.clock import Clock, Moment, moment
from engine.model.reminder_state import ReminderState
from engine.storage.database import Database

_OVER = "over"
#: Without colons, which part a key.
_SINCE = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One time that something lasts: since when, and how often its reader was alerted."""

    since: datetime
    reminders: ReminderState = field(default_factory=ReminderState)

    def noted(self, now: Moment) -> "Condition":
        """Return it once its reader was alerted (again)."""
        return replace(self, reminders=self.reminders.noted(now))


class Conditions:
    """The conditions of one kind, each with a name of its own, as the outbox has them."""

    def __init__(self, kind: str, *, database: Database, clock: Clock) -> None:
        self._prefix = f"{kind}:"
        self._database = database
        self._clock = clock
        self._restored: Mapping[str, Condition] | None = None

    async def restored(self) -> Mapping[str, Condition]:
        """Return by name the conditions that an earlier process reported and that were not reported as over."""
        if self._restored is None:
            async with self._database.read() as session:
                written = await load_keys(session, key_prefix=self._prefix)
            self._restored = find_open((key.removeprefix(self._prefix), at) for key, at in written)
        return self._restored

    async def load_last(self, name: str, condition: Condition) -> Message | None:
        """Return the last message about a condition that can be read; None where none can."""
        key_prefix = f"{self._prefix}{name_alert(name, condition.since, '')}"
        async with self._database.read() as session:
            return next(reversed((await load_series(session, key_prefix=key_prefix)).messages), None)

    async def report(
        self, name: str, condition: Condition, message: Message, *, user_id: int, account_id: str | None
    ) -> Condition:
        """Report a condition (again) and return it as reported; if storing fails it counts as not reported."""
        now = moment(self._clock)
        key = name_alert(name, condition.since, f"{condition.reminders.count}")
        await self._write(key, message, user_id, account_id, now)
        return condition.noted(now)

    async def end(
        self, name: str, condition: Condition, message: Message, *, user_id: int, account_id: str | None
    ) -> None:
        """Report that a condition is over; once, however often it is called."""
        key = name_alert(name, condition.since, _OVER)
        await self._write(key, message, user_id, account_id, moment(self._clock))

    async def _write(
        self, key: str, message: Message, user_id: int, account_id: str | None, now: Moment
    ) -> None:
        async with self._database.write() as session:
            await append_alert(
                session,
                message,
                user_id=user_id,
                account_id=account_id,
                dedup_key=f"{self._prefix}{key}",
                now=now.at,
            )


def name_alert(name: str, since: datetime, number: str) -> str:
    """Return the key of one alert of a condition."""
    return f"{name}:{since.astimezone(UTC):{_SINCE}}:{number}"


def find_open(written: Iterable[tuple[str, datetime | None]]) -> Mapping[str, Condition]:
    """Return by name the conditions whose end was not reported, given the keys and times of all alerts, oldest first.

    One whose time cannot be read still has its number.
    """
    reported = dict[str, _Reported]()
    for key, at in written:
        name, since, number = _parse(key)
        if since is None:
            continue
        if number == _OVER:
            reported.pop(name, None)
            continue
        before = reported.get(name)
        if before is None or before.since != since:
            before = _Reported(since=since)
        reported[name] = before.with_alert(number, at)
    return {
        name: Condition(
            since=one.since, reminders=ReminderState.from_times(one.times, last=None, count=one.highest + 1)
        )
        for name, one in reported.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reported:
    """The stored alerts of a condition: since when it lasts, their times, the highest number."""

    since: datetime
    times: tuple[datetime, ...] = ()
    highest: int = -1

    def with_alert(self, number: str, at: datetime | None) -> "_Reported":
        times = self.times if at is None else (*self.times, at)
        highest = int(number) if number.isascii() and number.isdecimal() else self.highest
        return replace(self, times=times, highest=max(self.highest, highest))


def _parse(key: str) -> tuple[str, datetime | None, str]:
    """Return name, beginning and number of an alert; a key of another shape begins nothing."""
    name, _, rest = key.rpartition(":")
    name, _, since = name.rpartition(":")
    try:
        return name, datetime.strptime(since, _SINCE).replace(tzinfo=UTC), rest
    except ValueError:
        return name, None, rest
