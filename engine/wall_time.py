"""The one place where wall times are compared, and why it may be done there.

A machine's clock is set while a process runs (a time service, an operator, a board without a battery), and times in
the database may come from a process whose clock was wrong. So whatever orders, ages, waits or expires within one
process uses `engine.clock.Moment` or monotonic seconds, and only four kinds of wall times are left to compare:

- *Stored times* against now. One that lies ahead is suspect: nothing is known of its age. What waits for it is due,
  what it vouches for counts as old, and nothing is ever held up until it comes.
- *A venue's own times* against each other: one clock reported them all.
- *A venue's time* against ours: the two clocks may differ, so that near is all that can be told of it.
- *Times that are shown*: a list in the order of the times printed in it, or how long something took.

mypy fails on any other comparison, difference or sorting of datetimes in bot/, engine/ and handlers/ (tests/wall_time_rule.py).
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

#: No venue has a time outside of these years: Go writes its zero time as the year 1. What is added to one within them,
#: or taken off it, stays within what a date can be.
FIRST_OF_A_VENUE, END_OF_A_VENUE = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


# stored times against now


def age(at: datetime, now: datetime) -> timedelta | None:
    """Return how old a stored time is; None when it lies ahead, so that nobody knows."""
    return now - at if at <= now else None


def is_older(at: datetime, now: datetime, limit: timedelta) -> bool:
    """Return whether a stored time is further back than a limit, or of an unknown age."""
    known = age(at, now)
    return known is None or known > limit


def is_younger(at: datetime, now: datetime, limit: timedelta) -> bool:
    """Return whether a stored time certainly is nearer than a limit."""
    known = age(at, now)
    return known is not None and known < limit


def is_within(at: datetime, now: datetime, limit: timedelta) -> bool:
    """Return whether a stored time certainly is no further back than a limit."""
    return not is_older(at, now, limit)


def is_open(since: datetime, until: datetime, now: datetime) -> bool:
    """Return whether now lies in a stored span; before its beginning the clock was set back, and it has ended."""
    return since <= now < until


def at_most(at: datetime, now: datetime) -> datetime:
    """Return a stored time, or now where it lies ahead."""
    return min(at, now)


def is_ahead(at: datetime, now: datetime) -> bool:
    """Return whether a stored time has not come yet."""
    return at > now


def before(at: datetime, by: timedelta) -> datetime:
    """Return what lies so far before a stored time, or the first time there is: earlier versions stored the year 1."""
    try:
        return at - by
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


# a venue's time against ours


def is_near(at: datetime, now: datetime, limit: timedelta) -> bool:
    """Return whether a venue's time is no further from ours than a limit, in the past or ahead."""
    return abs(now - at) <= limit


# a venue's own times, which one clock reported


def may_be_of_a_venue(at: datetime) -> bool:
    """Return whether a time is plausible as a venue's."""
    return FIRST_OF_A_VENUE <= at < END_OF_A_VENUE


def is_before(one: datetime, other: datetime) -> bool:
    """Return whether one time of a venue is earlier than another of the same venue."""
    return one < other


def earliest(times: Iterable[datetime]) -> datetime | None:
    """Return the first of a venue's times, or of times that are shown; None of none."""
    return min(times, default=None)


def latest(times: Iterable[datetime]) -> datetime | None:
    """Return the last of a venue's times, or of times that are shown; None of none."""
    return max(times, default=None)


def oldest_first(items: Iterable[T], at: Callable[[T], Any]) -> tuple[T, ...]:
    """Return what a venue dated in the order in which it happened there."""
    return tuple(sorted(items, key=at))


def newest_first(items: Iterable[T], at: Callable[[T], Any]) -> tuple[T, ...]:
    """Return what a venue dated, the latest first; what happened at once stays as it was."""
    return tuple(sorted(items, key=at, reverse=True))


# times that are shown, and the two clocks themselves


def falls_within(at: datetime, since: datetime, until: datetime) -> bool:
    """Return whether a time that is shown lies in a span of its reader's calendar."""
    return since <= at < until


def between(earlier: datetime, later: datetime) -> timedelta:
    """Return what lies between two times; negative where they are the other way round. It decides nothing."""
    return later - earlier


def next_beat(last: datetime, every: timedelta, now: datetime) -> datetime:
    """Return the first time after now in the rhythm of a timer, however many it has missed."""
    return last + every * (1 + max(0, (now - last) // every))
