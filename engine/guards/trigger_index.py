"""Which guards a price reaches: those of each instrument in the order of the prices of their thresholds and targets.

It chooses whom to judge, so that a price that reaches nobody costs the same however many guards there are; whether
one is sold is for the mark and the rule to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from engine.guards.guard import Guard, GuardState
from engine.guards.stop import trigger_price_of
from engine.guards.verdict import target_price_of
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
        return sides.longs.from_price(bid) + sides.shorts.until_price(ask)

    def at_target(self, venue: Venue, symbol: str, *, bid: Decimal, ask: Decimal) -> list[Guard]:
        """Return the guards that a bid, of a long, or an ask, of a short, takes to their target, before fees."""
        sides = self._sides.get((venue, symbol))
        if sides is None:
            return []
        return sides.long_targets.until_price(bid) + sides.short_targets.from_price(ask)

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
        if guard.state is GuardState.ARMED:
            sides = self._sides.setdefault((guard.venue, guard.symbol), _Sides())
            self._indexed[guard.guard_id] = _Indexed(guard, tuple(sides.put(guard)))

    def _remove(self, guard_id: str) -> None:
        indexed = self._indexed.pop(guard_id, None)
        if indexed is None:
            return
        for side, price in indexed.places:
            side.remove(indexed.guard, price)


class _Side:
    """Guards of one instrument, and beside each the price at which it is reached; rising."""

    __slots__ = ("_guards", "_prices")

    def __init__(self) -> None:
        self._prices: list[Decimal] = []
        self._guards: list[Guard] = []

    def from_price(self, price: Decimal) -> list[Guard]:
        return self._guards[bisect_left(self._prices, price) :]

    def until_price(self, price: Decimal) -> list[Guard]:
        return self._guards[: bisect_right(self._prices, price)]

    def put(self, guard: Guard, price: Decimal) -> None:
        at = bisect_right(self._prices, price)
        self._prices.insert(at, price)
        self._guards.insert(at, guard)

    def remove(self, guard: Guard, price: Decimal) -> None:
        at = self._guards.index(guard, bisect_left(self._prices, price))
        del self._prices[at], self._guards[at]


class _Place(NamedTuple):
    side: _Side
    price: Decimal


class _Sides:
    """One instrument's guards: by the price of their threshold, and by that of their target."""

    __slots__ = ("long_targets", "longs", "short_targets", "shorts")

    def __init__(self) -> None:
        self.longs, self.shorts = _Side(), _Side()
        self.long_targets, self.short_targets = _Side(), _Side()

    def put(self, guard: Guard) -> Iterator[_Place]:
        """Put a guard where its prices are, and return the places."""
        is_long = guard.direction is Direction.LONG
        wanted = (
            (self.longs if is_long else self.shorts, trigger_price_of(guard)),
            (self.long_targets if is_long else self.short_targets, target_price_of(guard)),
        )
        for side, price in wanted:
            if price is not None:
                side.put(guard, price)
                yield _Place(side, price)


class _Indexed(NamedTuple):
    guard: Guard
    places: tuple[_Place, ...]
