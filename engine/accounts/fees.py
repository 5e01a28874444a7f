"""What a trade costs at each venue: the figures that routing starts from, and the live ones that replace them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import TypeGuard

from engine.model.money import ZERO
from engine.model.quotes import Quote
from engine.model.venues import Venue

#: What a trade must earn beyond its own costs to be worth making.
MARGIN_OF_PROFIT = Decimal("0.002")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeProfile:
    """What trading costs, as fractions of the traded value, and which of it is measured."""

    taker: Decimal
    spread: Decimal
    #: False when the figure is the table's.
    taker_live: bool = False
    spread_live: bool = False

    @property
    def round_trip(self) -> Decimal:
        """Return the cost of buying and selling again."""
        return 2 * self.taker + self.spread

    @property
    def minimum_profitable(self) -> Decimal:
        """Return the smallest price move that is worth trading for."""
        return self.round_trip + MARGIN_OF_PROFIT

    @property
    def live(self) -> bool:
        """Return whether every figure is measured."""
        return self.taker_live and self.spread_live


@dataclass(frozen=True, slots=True, kw_only=True)
class TakerFee:
    """What a market order costs, as a fraction of its value."""

    ratio: Decimal
    #: False when it is the venue's usual fee, published or of our table, and not what the account pays.
    is_own: bool


#: What routing starts from until the account's own fee and the pair's spread are fetched. These are chosen figures, not
#: the venues' schedules: their published first tiers are in `engine.model.venue_fees`.
TABLE: Mapping[Venue, FeeProfile] = MappingProxyType(
    {
        Venue.COINBASE: FeeProfile(taker=Decimal("0.006"), spread=Decimal("0.002")),
        Venue.KRAKEN: FeeProfile(taker=Decimal("0.0026"), spread=Decimal("0.001")),
        Venue.ALPACA: FeeProfile(taker=ZERO, spread=Decimal("0.001")),
    }
)


def with_live(
    profile: FeeProfile, *, taker: Decimal | None = None, spread: Decimal | None = None
) -> FeeProfile:
    """Return the profile with the measured figures that make sense; the others stay as they are."""
    if _is_ratio(taker):
        profile = replace(profile, taker=taker, taker_live=True)
    if _is_ratio(spread):
        profile = replace(profile, spread=spread, spread_live=True)
    return profile


def measure_spread(quote: Quote) -> Decimal | None:
    """Return a quote's spread as a fraction of its middle, or None when a side is missing or nonsense."""
    if quote.sides is None:
        return None
    bid, ask = quote.sides
    return (ask - bid) * 2 / (ask + bid)


def _is_ratio(figure: Decimal | None) -> TypeGuard[Decimal]:
    return figure is not None and figure.is_finite() and ZERO <= figure < 1
