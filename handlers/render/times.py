"""Times as they are shown: ages, clock times in the reader's zone, and durations."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from engine import wall_time

_MINUTE_S = 60
_HOUR_S = 3_600
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks, and when: ages count from `now`, clock times are in `zone`."""

    now: datetime
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        """Return which day it is for them."""
        return self.now.astimezone(self.zone).date()

    def month(self, at: datetime) -> str:
        """Write the month of a time: `March 2026`."""
        return f"{at.astimezone(self.zone):%B %Y}"

    def age(self, at: datetime) -> str:
        """Write how long ago something was: `3 s ago`, `2 min ago`."""
        seconds = max(0, int(wall_time.between(at, self.now).total_seconds()))
        return f"{_coarse(seconds)} ago"

    def ahead(self, at: datetime) -> str:
        """Write how far away something still is: `in 10 min`, `in 3 h`."""
        seconds = max(0, round(wall_time.between(self.now, at).total_seconds()))
        return f"in {_coarse(seconds)}"

    def clock(self, at: datetime) -> str:
        """Write a time with its zone, and the day when it is not the reader's today."""
        local = at.astimezone(self.zone)
        return f"{self._day(local)}{local:%H:%M:%S} {local.tzname()}"

    def minute(self, at: datetime) -> str:
        """Write a time to the minute with its zone, and the day when it is not the reader's today."""
        local = at.astimezone(self.zone)
        return f"{self._day(local)}{local:%H:%M} {local.tzname()}"

    def span(self, since: datetime, until: datetime) -> str:
        """Write from when to when, to the second."""
        first, last = since.astimezone(self.zone), until.astimezone(self.zone)
        start = f"{self._day(first)}{first:%H:%M:%S}"
        return f"{start}\N{EN DASH}{self._day(last)}{last:%H:%M:%S} {last.tzname()}"

    def as_of(self, at: datetime) -> str:
        """Write the line that ends every screen: when its data was true."""
        return f"As of {self.clock(at)}"

    def _day(self, local: datetime) -> str:
        today = self.now.astimezone(self.zone)
        if local.year != today.year:
            return f"{local.day} {local:%b %Y} "
        return "" if local.date() == today.date() else f"{local.day} {local:%b} "


def zone_named(name: str) -> tzinfo:
    """Return a time zone by its name, or UTC when the machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        # Unknown names are a KeyError, directories an OSError, odd characters a ValueError.
        return UTC


def duration(span: timedelta) -> str:
    """Write how long something took: `430 ms`, `2.1 s`, `1 min 42 s`, `3 h`."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s"
    return exact_duration(span) if seconds < _HOUR_S else _coarse(int(seconds))


def exact_duration(span: timedelta) -> str:
    """Write how long something lasted without leaving out a second: `2 min 13 s`, `1 h 0 min 5 s`."""
    seconds = max(0, round(span.total_seconds()))
    minutes, seconds = divmod(seconds, _MINUTE_S)
    if not minutes:
        return f"{seconds} s"
    hours, minutes = divmod(minutes, _HOUR_S // _MINUTE_S)
    return f"{hours} h {minutes} min {seconds} s" if hours else f"{minutes} min {seconds} s"


def _coarse(seconds: int) -> str:
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} min"
    if seconds < 2 * _DAY_S:
        return f"{seconds // _HOUR_S} h"
    return f"{seconds // _DAY_S} d"


def age_or_never(at: datetime | None, reader: Reader) -> str:
    """Write how long ago something was, if it ever was."""
    return "never" if at is None else reader.age(at)
