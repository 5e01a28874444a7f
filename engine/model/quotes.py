"""Prices as a venue gave them, before anybody judged them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One price level of a book: a price and the quantity offered there."""

    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Top of the book; a missing side is None, and values may still be nonsense.

    `at` is the venue's own time of the quote, or the time of our request where it gives none.
    """

    symbol: str
    bid: Decimal | None
    ask: Decimal | None
    bid_quantity: Decimal | None = None
    ask_quantity: Decimal | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """Price levels, best first, bids descending and asks ascending."""

    symbol: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at: datetime

    @property
    def top(self) -> Quote:
        """Return its best prices as a quote."""
        bid, ask = (self.bids[0] if self.bids else None), (self.asks[0] if self.asks else None)
        return Quote(
            symbol=self.symbol,
            bid=bid.price if bid else None,
            ask=ask.price if ask else None,
            bid_quantity=bid.quantity if bid else None,
            ask_quantity=ask.quantity if ask else None,
            at=self.at,
        )
