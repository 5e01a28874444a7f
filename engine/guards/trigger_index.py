"""Which guards a price reaches: those of each instrument in the order of the prices at which they sell.

It chooses whom to judge, so that a price that reaches nobody costs the same however many guards there are; whether
one is sold is for the mark and the rule to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import trigger_price_of
from engine.model.holdings import Direction
from engine.model.venues import Venue

Instrument: TypeAlias = tuple[Venue, str]


class TriggerIndex:
    """The armed guards of the whole process."""

    def __init__(self) -> None:
        self._sides: dict[Instrument, _Sides] = {}
        self._indexed: dict[str, _Indexed] = {}
        #: How often it was changed: what was read before a change may be older than that.
        self.version = 0

    def reached(self, venue: Venue, symbol: str, *, bid: Decimal, ask: Decimal) -> list[Guard]:
        """Return the guards that a bid, of a long, or an ask, of a short, takes to their threshold.

        No other figure that a quote is judged by is worse than these, but for a walk through a book whose top is too
        thin: that is left to the poll.
        """
        sides = self._sides.get((venue, symbol))
        if sides is None:
            return []
        longs, shorts = sides
        return (
            longs.guards[bisect_left(longs.prices, bid) :] + shorts.guards[: bisect_right(shorts.prices, ask)]
        )

    def replace(self, guards: Collection[Guard]) -> None:
        """Hold these guards and no others."""
        for guard_id in self._indexed.keys() - {guard.guard_id for guard in guards}:
            self._remove(guard_id)
        for guard in guards:
            self._put(guard)

    def change(self, guards: Collection[Guard]) -> None:
        """Hold guards as they have become; whatever does not watch any more is left out."""
        self.version += 1
        for guard in guards:
            self._put(guard)

    def _put(self, guard: Guard) -> None:
        indexed = self._indexed.get(guard.guard_id)
        if indexed is not None and indexed.guard == guard:
            return
        self._remove(guard.guard_id)
        price = trigger_price_of(guard) if guard.state is GuardState.ARMED else None
        if price is None:
            return
        longs, shorts = self._sides.setdefault((guard.venue, guard.symbol), _Sides(_Side(), _Side()))
        side = longs if guard.direction is Direction.LONG else shorts
        at = bisect_right(side.prices, price)
        side.prices.insert(at, price)
        side.guards.insert(at, guard)
        self._indexed[guard.guard_id] = _Indexed(guard, side, price)

    def _remove(self, guard_id: str) -> None:
        indexed = self._indexed.pop(guard_id, None)
        if indexed is None:
            return
        side = indexed.side
        at = side.guards.index(indexed.guard, bisect_left(side.prices, indexed.price))
        del side.prices[at], side.guards[at]


class _Side:
    """The guards of one direction at one instrument, and beside each the first price that sells it; rising."""

    __slots__ = ("guards", "prices")

    def __init__(self) -> None:
        self.prices: list[Decimal] = []
        self.guards: list[Guard] = []


class _Sides(NamedTuple):
    longs: _Side
    shorts: _Side


class _Indexed(NamedTuple):
    guard: Guard
    side: _Side
    price: Decimal
