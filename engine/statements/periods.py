"""Pure: days, weeks and months of a user's calendar as spans of time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from engine import wall_time


class Period(StrEnum):
    """How much of the calendar is summed up, up to now."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From one moment to another, which is no part of it."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Return whether something happened in it."""
        return wall_time.falls_within(at, self.since, self.until)


#: Every time that a venue may have dated something by.
ALL_TIME = Span(since=wall_time.FIRST_OF_A_VENUE, until=wall_time.END_OF_A_VENUE)


def span_of(period: Period, now: datetime, zone: tzinfo) -> Span:
    """Return the day, the week from Monday or the month that now is in, where its user lives."""
    today = now.astimezone(zone).date()
    if period is Period.DAY:
        return _days(today, today + timedelta(days=1), zone)
    if period is Period.WEEK:
        monday = today - timedelta(days=today.weekday())
        return _days(monday, monday + timedelta(weeks=1), zone)
    return month_of(today.year, today.month, zone)


def month_of(year: int, month: int, zone: tzinfo) -> Span:
    """Return a month of a user's calendar."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return _days(date(year, month, 1), following, zone)


def year_of(year: int, zone: tzinfo) -> Span:
    """Return a year of a user's calendar."""
    return _days(date(year, 1, 1), date(year + 1, 1, 1), zone)


def _days(first: date, end: date, zone: tzinfo) -> Span:
    return Span(since=_midnight(first, zone), until=_midnight(end, zone))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
