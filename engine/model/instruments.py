"""What can be traded where, in which steps and from which size."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.model.money import ZERO, exact, floor_to
from engine.model.venues import Venue

#: Their smallest order value holds for buys only, so that less can still be sold.
_MINIMUM_ON_BUYS_ONLY = frozenset({Venue.ALPACA})


def base_of(symbol: str) -> str:
    """Return the asset of a pair."""
    return symbol.partition("/")[0]


def quote_of(symbol: str) -> str:
    """Return the currency that a pair is priced in; empty where the symbol names none."""
    return symbol.partition("/")[2]


class AssetClass(StrEnum):
    """Crypto trades always; stocks only in the regular session."""

    CRYPTO = "crypto"
    STOCK = "stock"
    #: A stock's token at a crypto venue: priced and shown, and neither bought nor sold by us.
    TOKENIZED = "tokenized stock"


class TradingStatus(StrEnum):
    """What the venue lets one do with an instrument now."""

    ONLINE = "online"
    CANCEL_ONLY = "cancel_only"
    POST_ONLY = "post_only"
    LIMIT_ONLY = "limit_only"
    REDUCE_ONLY = "reduce_only"
    CLOSED = "closed"
    UNAVAILABLE = "unavailable"

    @property
    def takes_exits(self) -> bool:
        """Return whether a market order that closes a position is taken."""
        return self in {TradingStatus.ONLINE, TradingStatus.REDUCE_ONLY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A pair or stock at one venue, under our names (BTC/USD, AAPL/USD)."""

    venue: Venue
    symbol: str
    base: str
    quote: str
    asset_class: AssetClass = AssetClass.CRYPTO
    #: Quantities are whole multiples of this many units of `base`.
    lot: Decimal
    #: Prices are whole multiples of this many units of `quote`; None is unknown.
    tick: Decimal | None
    #: None is unknown: then the venue itself refuses what is too small.
    minimum_quantity: Decimal | None
    #: Smallest order value in `quote`; zero where the venue sets none, None is unknown.
    minimum_notional: Decimal | None
    status: TradingStatus = TradingStatus.ONLINE
    #: False where the venue's latest listing lacks it, and an earlier one stands in: it may be sold, and not bought.
    is_listed: bool = True

    @property
    def minimum_buy_notional(self) -> Decimal:
        """Return the smallest value of a buy in `quote`, as far as it is known; zero where the venue sets none."""
        return self.minimum_notional or ZERO

    @property
    def minimum_sale_notional(self) -> Decimal:
        """Return the smallest value of a sale in `quote`, as far as it is known; zero where the venue sets none."""
        return ZERO if self.venue in _MINIMUM_ON_BUYS_ONLY else self.minimum_buy_notional

    @property
    def least_quantity(self) -> Decimal:
        """Return the smallest quantity of an order, as far as it is known."""
        return max(self.minimum_quantity or ZERO, self.lot)

    @property
    def has_known_minimums(self) -> bool:
        """Return whether smallest quantity and smallest value are both known."""
        return self.minimum_quantity is not None and self.minimum_notional is not None

    def floor_quantity(self, quantity: Decimal) -> Decimal:
        """Round a quantity down to the lot."""
        return floor_to(quantity, self.lot)

    def why_too_small_to_sell(self, quantity: Decimal, price: Decimal) -> str | None:
        """Return why so little cannot be sold by itself; None when it can, as far as the minimums are known."""
        sold = self.floor_quantity(quantity)
        if sold < self.least_quantity:
            return f"the venue sells at least {self.least_quantity:f} {self.base}"
        with exact():
            if sold * price < self.minimum_sale_notional:
                return f"the venue sells at least {self.minimum_sale_notional:f} {self.quote} worth"
        return None
