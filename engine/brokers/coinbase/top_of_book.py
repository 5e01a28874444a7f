"""One product's order book as its changes leave it, kept for the sake of its best prices."""

from collections.abc import Callable
from decimal import Decimal
from heapq import heapify, heappop, heappush

from engine.model.money import ZERO

#: Prices that are gone lie in a heap until they come up; with so many for each that is there it is made anew.
_GONE = 2
_FEW = 1000


class HalfBook:
    """One side, by keys that grow from the best price on: the prices of offers, and those of bids negated."""

    def __init__(self, key_of: Callable[[Decimal], Decimal]) -> None:
        self._key_of = key_of
        self._quantities: dict[Decimal, Decimal] = {}
        self._heap: list[Decimal] = []

    def set(self, price: Decimal, quantity: Decimal) -> None:
        """Set how much is offered at a price; nothing takes the level away."""
        key = self._key_of(price)
        if quantity <= ZERO:
            self._quantities.pop(key, None)
            return
        if key not in self._quantities:
            heappush(self._heap, key)
        self._quantities[key] = quantity

    def best(self) -> tuple[Decimal, Decimal] | None:
        """Return the best price and its quantity; None of an empty side."""
        quantities = self._quantities
        if len(self._heap) > _FEW + _GONE * len(quantities):
            self._heap = list(quantities)
            heapify(self._heap)
        heap = self._heap
        while heap and heap[0] not in quantities:
            heappop(heap)
        return (self._key_of(heap[0]), quantities[heap[0]]) if heap else None


class TopOfBook:
    """Both sides as a snapshot and its changes leave them; bids are best at the top, offers at the bottom."""

    def __init__(self) -> None:
        # Negation by the operator would round.
        self._sides = {"bid": HalfBook(Decimal.copy_negate), "offer": HalfBook(_as_it_is)}

    def set(self, side: str, price: Decimal, quantity: Decimal) -> None:
        """Set a level.

        Raises:
            KeyError: there is no such side.

        """
        self._sides[side].set(price, quantity)

    def sides(self) -> tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]:
        """Return bid, ask and their quantities; None where a side is empty."""
        bid, bid_quantity = self._sides["bid"].best() or (None, None)
        ask, ask_quantity = self._sides["offer"].best() or (None, None)
        return bid, ask, bid_quantity, ask_quantity


def _as_it_is(price: Decimal) -> Decimal:
    return price
