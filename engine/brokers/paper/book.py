"""What a pair is listed as, and the levels its orders meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from engine.model.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One pair at one venue with the steps and minimums its orders must keep."""

    venue: str
    #: "BTC/USD"; for a stock the quote is written too: "AAPL/USD"
    symbol: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    minimum_quantity: Decimal = ZERO
    minimum_notional: Decimal = ZERO
    #: (ask - bid) / mid before rounding to the tick size
    spread_ratio: Decimal = Decimal("0.001")
    #: the size of each level, best first, equal on both sides
    depth: tuple[Decimal, ...] = (Decimal(1000), Decimal(1000), Decimal(1000))
    #: the venue's own word: online, cancel_only, post_only, …
    status: str = "online"
    asset_class: str = "crypto"


@dataclass(frozen=True, slots=True)
class Level:
    """A price and the size offered at it."""

    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Levels best first; a side may be empty, and a price may be garbage when a test says so."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    #: wall seconds at which these prices were true
    at: float

    @property
    def bid(self) -> Level | None:
        return self.bids[0] if self.bids else None

    @property
    def ask(self) -> Level | None:
        return self.asks[0] if self.asks else None


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Round down to a multiple of the step, written with the step's decimals."""
    return ((value / step).to_integral_value(ROUND_FLOOR) * step).quantize(step)


def tradable(levels: Iterable[Level]) -> tuple[Level, ...]:
    """The levels an order can really fill against: finite, positive prices with size."""
    return tuple(level for level in levels if level.price.is_finite() and level.price > 0 and level.size > 0)
