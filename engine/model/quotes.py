"""Prices as a venue gave them, before anybody judged them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeGuard

from engine.model.errors import BrokerError
from engine.model.money import ZERO


def is_price(figure: Decimal | None) -> TypeGuard[Decimal]:
    """Return whether a figure can be a price at all: known, finite and above zero."""
    return figure is not None and figure.is_finite() and figure > ZERO


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

    @property
    def sides(self) -> tuple[Decimal, Decimal] | None:
        """Return bid and ask where both are prices and do not cross; None for anything else."""
        bid, ask = self.bid, self.ask
        return (bid, ask) if is_price(bid) and is_price(ask) and bid <= ask else None


@dataclass(frozen=True, slots=True, eq=False)
class Quotes(Mapping[str, Quote]):
    """Quotes by symbol, and what the question for the others failed at; None: the venue has no quote of them."""

    by_symbol: Mapping[str, Quote]
    failed: BrokerError | None = None

    def __getitem__(self, symbol: str) -> Quote:
        return self.by_symbol[symbol]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_symbol)

    def __len__(self) -> int:
        return len(self.by_symbol)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """Price levels, best first, bids descending and asks ascending."""

    symbol: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at: datetime

    @property
    def filled(self) -> "OrderBook":
        """Return it without the levels that offer nothing: Kraken writes a size that is too small for it as zero."""
        bids, asks = (
            tuple(level for level in side if level.quantity != ZERO) for side in (self.bids, self.asks)
        )
        return replace(self, bids=bids, asks=asks)

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
