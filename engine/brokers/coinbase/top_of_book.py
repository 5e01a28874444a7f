"""One product's order book as its changes leave it, kept for the sake of its best prices."""

from collections.abc import Callable
from decimal import Decimal
from heapq import heapify, heappop, heappush

from engine.model.money import ZERO

#: Old entries of a heap are left lying until they come up; this many for each level that is there.
_LEFT_LYING = 2
_FEW = 1000


class HalfBook:
    """One side: quantities by price, and the prices in the order in which they are best."""

    def __init__(self, rank: Callable[[Decimal], Decimal]) -> None:
        self._rank = rank
        self._quantities: dict[Decimal, Decimal] = {}
        self._heap: list[tuple[Decimal, Decimal]] = []

    def set(self, price: Decimal, quantity: Decimal) -> None:
        """Set how much is offered at a price; nothing takes the level away."""
        if quantity <= ZERO:
            self._quantities.pop(price, None)
            return
        if price not in self._quantities:
            heappush(self._heap, (self._rank(price), price))
        self._quantities[price] = quantity

    def best(self) -> tuple[Decimal, Decimal] | None:
        """Return the best price and its quantity; None of an empty side."""
        heap, quantities = self._heap, self._quantities
        if len(heap) > _FEW + _LEFT_LYING * len(quantities):
            heap[:] = [(self._rank(price), price) for price in quantities]
            heapify(heap)
        while heap and heap[0][1] not in quantities:
            heappop(heap)
        return (heap[0][1], quantities[heap[0][1]]) if heap else None


class TopOfBook:
    """Both sides; bids are best at the top, offers at the bottom."""

    def __init__(self) -> None:
        self._sides = {"bid": HalfBook(lambda price: -price), "offer": HalfBook(lambda price: price)}

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
