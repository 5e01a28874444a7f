"""What each venue charges whoever trades little, by its published schedule, and which asset it takes that from."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from engine.model.orders import Side
from engine.model.venues import Venue


class FeeOn(StrEnum):
    """Which asset pays the fee: the quote currency, the base asset, or whatever the fill credits."""

    QUOTE = "quote"
    BASE = "base"
    CREDITED = "credited"

    def is_base(self, side: Side) -> bool:
        """Whether a spot fill of a side pays in its base asset."""
        return self is FeeOn.BASE or (self is FeeOn.CREDITED and side is Side.BUY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """An account's fee ratios; an order keeps those it was placed under."""

    taker: Decimal
    maker: Decimal
    on: FeeOn = FeeOn.QUOTE


#: Of crypto; `engine.accounts.fees.TABLE` is what routing starts from instead.
FIRST_TIERS: Mapping[Venue, Fees] = MappingProxyType(
    {
        # https://www.kraken.com/features/fee-schedule
        Venue.KRAKEN: Fees(taker=Decimal("0.0040"), maker=Decimal("0.0025")),
        # https://www.coinbase.com/advanced-fees
        Venue.COINBASE: Fees(taker=Decimal("0.012"), maker=Decimal("0.006")),
        # https://docs.alpaca.markets/docs/crypto-fees: taken from what a fill credits
        Venue.ALPACA: Fees(taker=Decimal("0.0025"), maker=Decimal("0.0015"), on=FeeOn.CREDITED),
    }
)
