"""When guarded positions were last seen, on the current wall clock.

What was seen is stored with a wall time, and a venue's fills are compared with it. A clock that was set since would
put old fills behind it or new ones before it, so this process remembers how long ago it was by its steady clock.
Another process knows it by the venue's own time, which is stored as well.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.clock import Moment
from engine.guards.guard import Seen
from engine.model.orders import Fill

#: Stands for a time of which nothing is known.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A stored time on today's clock, and which fills were part of what was seen then."""

    at: datetime
    #: Ids of trades that were known at that time; they are not looked for again.
    known: frozenset[str] = frozenset()
    #: The last step of our orders before that reading was requested; None where another process requested it.
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """A quantity that no fill explains, and when the reading that first showed it was requested."""

    quantity: Decimal
    requested_at: Moment

    def seen_at(self, now: Moment) -> Seen:
        """Return it as of its time on today's clock."""
        return Seen(quantity=self.quantity, at=wall_now(now, self.requested_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Anchor:
    stored: datetime
    #: None where the stored time lay ahead.
    steady_s: float | None
    known: frozenset[str]
    step: int | None = None


class SeenTimes:
    """Remembers how long ago each guard's position was seen."""

    def __init__(self) -> None:
        self._anchors: dict[str, _Anchor] = {}

    def date(
        self,
        guard_id: str,
        stored: datetime,
        *,
        venue_at: datetime | None,
        ahead: timedelta | None,
        now: Moment,
        fills: Collection[Fill],
        new: Collection[Fill],
    ) -> Dated:
        """Return a guard's stored time on today's clock; of the known fills, `new` are those just reported.

        `venue_at` is the venue's time that was stored with it, and `ahead` is how far the venue's clock is ahead
        of ours now; each is None where it is not known. A time that lies ahead, however it is taken, was stored
        under a wrong clock: then only what was not known before has happened since.
        """
        anchor = self._anchors.get(guard_id)
        if anchor is None or anchor.stored != stored:
            at = _on_todays_clock(stored, venue_at, ahead or timedelta(0), now.at)
            anchor = replace(_anchor(at, now, fills, new), stored=stored)
            self._anchors[guard_id] = anchor
        if anchor.steady_s is None:
            return Dated(at=LONG_AGO, known=anchor.known)
        at = wall_now(now, Moment(stored, anchor.steady_s))
        return Dated(at=at, known=anchor.known, step=anchor.step)

    def note(
        self,
        guard_id: str,
        stored: datetime,
        *,
        requested_at: Moment,
        step: int | None,
        known: Collection[str],
    ) -> None:
        """Remember a reading that is stored under a time, with the trades and orders that are part of it."""
        self._anchors[guard_id] = _Anchor(
            stored=stored, steady_s=requested_at.steady_s, known=frozenset(known), step=step
        )

    def is_younger(self, guard_id: str, stored: datetime, *, now: Moment, limit: timedelta) -> bool:
        """Return whether a guard's stored time certainly is nearer than a limit."""
        anchor = self._anchors.get(guard_id)
        if anchor is None or anchor.stored != stored or anchor.steady_s is None:
            return wall_time.is_younger(stored, now.at, limit)
        return timedelta(seconds=now.steady_s - anchor.steady_s) < limit

    def move(self, guard_id: str, stored: datetime) -> None:
        """Remember that the same reading is stored under another time now."""
        if anchor := self._anchors.get(guard_id):
            self._anchors[guard_id] = replace(anchor, stored=stored)


def ids_of(fills: Iterable[Fill]) -> frozenset[str]:
    return frozenset(fill.trade_id for fill in fills)


def wall_now(now: Moment, then: Moment) -> datetime:
    """Return what today's clock would have shown at an earlier moment of this process."""
    return now.at - (now - then)


def ahead_of(now: Moment, requested_at: Moment, venue_at: datetime | None) -> timedelta | None:
    """Return how far a venue's clock is ahead of ours, by the reading it dated; None while unknown."""
    return None if venue_at is None else wall_time.between(wall_now(now, requested_at), venue_at)


def on_our_clock(fills: Iterable[Fill], ahead: timedelta | None) -> tuple[Fill, ...]:
    """Return fills dated as today's clock showed them, right or wrong."""
    return tuple(replace(fill, at=fill.at - ahead) if ahead else fill for fill in fills)


def _on_todays_clock(
    stored: datetime, venue_at: datetime | None, ahead: timedelta, now: datetime
) -> datetime:
    if venue_at is not None:
        # Of a reading of a moment ago the venue's time is known to a second, and never too early.
        return wall_time.at_most(venue_at - ahead, now)
    # Stored under a clock that was right, or as wrong as it is now: what happened between the two may be in it.
    possible = (one for one in (stored, stored - ahead) if not wall_time.is_ahead(one, now))
    return wall_time.latest(possible) or stored


def _anchor(stored: datetime, now: Moment, fills: Collection[Fill], new: Collection[Fill]) -> _Anchor:
    age = wall_time.age(stored, now.at)
    if age is None:
        return _Anchor(stored=stored, steady_s=None, known=ids_of(fills) - ids_of(new))
    # Whatever the clock is set to from here on, what happened before stays before.
    earlier = ids_of(fill for fill in fills if not wall_time.is_before(stored, fill.at))
    return _Anchor(stored=stored, steady_s=now.steady_s - age / timedelta(seconds=1), known=earlier)
