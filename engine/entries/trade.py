"""A buy somebody wants, and the accounts it could go to."""

from dataclasses import dataclass
from decimal import Decimal

from engine.accounts.fees import FeeProfile
from engine.model.instruments import AssetClass, Instrument
from engine.model.money import exact
from engine.model.quotes import OrderBook, is_price
from engine.model.venues import Account, Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRequest:
    """A buy somebody wants, wherever it costs least."""

    #: Under our name (BTC/USD); an account may list the base against another currency.
    symbol: str
    base: str
    #: What is spent in all, fees included.
    usd: Decimal
    #: The price move the trade aims for, as a fraction, where one was already set.
    profit_target: Decimal | None = None
    asset_class: AssetClass = AssetClass.CRYPTO
    #: The broker that was named for it; None for whichever costs least.
    venue: Venue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingAccount:
    """What routing needs to know of one account."""

    account: Account
    connected: bool
    fees: FeeProfile
    #: What `base` trades as here; None when it is not listed, or not known to be.
    instrument: Instrument | None
    #: False when the venue did not report holdings, listings or prices.
    answered: bool
    #: False outside a stock's regular session; coins trade around the clock. None is unknown.
    in_session: bool | None
    #: Units of the instrument's quote for one of its base; None is unknown.
    ask: Decimal | None
    bid: Decimal | None
    #: None where the venue did not report it in time.
    book: OrderBook | None
    #: USD for one unit of the instrument's quote; None is unknown.
    quote_usd: Decimal | None
    #: Free cash in the instrument's quote; None is unknown.
    free_quote: Decimal | None
    #: What buys in the journal may still take of it; None is unknown.
    reserved_quote: Decimal | None
    #: The account's own total; None is unknown.
    equity_usd: Decimal | None
    #: False when the total lacks something, so that it may not be compared.
    equity_complete: bool

    @property
    def spendable_quote(self) -> Decimal | None:
        """Return the free cash that no other buy may take; None is unknown."""
        if self.free_quote is None or self.reserved_quote is None:
            return None
        with exact():
            return self.free_quote - self.reserved_quote

    @property
    def spendable_usd(self) -> Decimal | None:
        """Return the same in dollars; None is unknown."""
        if self.spendable_quote is None or self.quote_rate_usd is None:
            return None
        with exact():
            return self.spendable_quote * self.quote_rate_usd

    @property
    def quote_rate_usd(self) -> Decimal | None:
        """Return `quote_usd` when it is a usable rate."""
        return self.quote_usd if is_price(self.quote_usd) else None
