"""Where a buy goes, and all reasons against the brokers it does not go to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.entries.cost import TradeCost
from engine.entries.sizing import Size, SizeUnknown
from engine.entries.trade import TradeRequest
from engine.model.instruments import Instrument
from engine.model.money import exact
from engine.model.venues import Account


class RouteObstacle(StrEnum):
    """Why a trade does not go to a broker."""

    #: Another broker was named for the trade.
    NOT_NAMED = "not_named"
    NOT_CONNECTED = "not_connected"
    NO_ANSWER = "no_answer"
    NOT_LISTED = "not_listed"
    NOT_TRADING = "not_trading"
    MARKET_CLOSED = "market_closed"
    PRICE_UNKNOWN = "price_unknown"
    BELOW_MINIMUM = "below_minimum"
    THIN_BOOK = "thin_book"
    WIDE_SPREAD = "wide_spread"
    CASH_UNKNOWN = "cash_unknown"
    NOT_ENOUGH_CASH = "not_enough_cash"
    EQUITY_UNKNOWN = "equity_unknown"
    EQUITY_TOO_SMALL = "equity_too_small"
    NOT_CHEAPER = "not_cheaper"


#: Without a price or enough of a book, what the trade costs there cannot be compared.
_WITHOUT_COSTS = frozenset(
    {
        RouteObstacle.NOT_CONNECTED,
        RouteObstacle.NO_ANSWER,
        RouteObstacle.NOT_LISTED,
        RouteObstacle.MARKET_CLOSED,
        RouteObstacle.PRICE_UNKNOWN,
        RouteObstacle.THIN_BOOK,
    }
)


class RouteChoice(StrEnum):
    """Why a broker was chosen."""

    CHEAPEST = "cheapest"
    ONLY_ONE = "only_one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """An obstacle, with the limit and the figure that did not meet it."""

    obstacle: RouteObstacle
    limit: Decimal | None = None
    actual: Decimal | None = None
    #: What both figures count: a currency, an asset, or nothing for a fraction.
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A broker a trade does not go to, and every reason why."""

    account: Account
    cost: TradeCost
    reasons: tuple[Reason, ...]

    @property
    def is_unlisted(self) -> bool:
        """Return whether its venue does not list what is wanted."""
        return any(reason.obstacle is RouteObstacle.NOT_LISTED for reason in self.reasons)

    @property
    def has_cost(self) -> bool:
        """Return whether its venue reports what the trade costs there now."""
        return not any(reason.obstacle in _WITHOUT_COSTS for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A broker that would cost less and has too little cash."""

    account: Account
    #: Of its round trip against the chosen one's.
    saving_usd: Decimal
    #: What it lacks, in `currency`.
    lacking: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a trade goes."""

    request: TradeRequest
    account: Account
    instrument: Instrument | None
    cost: TradeCost
    choice: RouteChoice
    #: At least the minimum profitable move.
    profit_target: Decimal
    left_out: tuple[LeftOut, ...]
    #: Set where the chosen account is below the equity from which its broker is chosen beside others.
    small: Reason | None = None
    missed: Missed | None = None

    @property
    def other_pair(self) -> str | None:
        """Return the pair it goes through where that is not the one it is for, as BTC/USDT for BTC/USD."""
        pair = self.instrument.symbol if self.instrument else self.request.symbol
        return None if pair == self.request.symbol else pair

    @property
    def saving_usd(self) -> Decimal | None:
        """Return what it costs less than the dearest broker whose cost is known; None where it is the dearest."""
        dearest = max((one.cost.round_trip for one in self.left_out if one.has_cost), default=None)
        if dearest is None or dearest <= self.cost.round_trip:
            return None
        with exact():
            return (dearest - self.cost.round_trip) * self.request.usd


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoute:
    """No broker can take the trade."""

    request: TradeRequest
    left_out: tuple[LeftOut, ...]

    @property
    def is_listed_nowhere(self) -> bool:
        """Return whether every broker answered that it does not list what is wanted."""
        return bool(self.left_out) and all(one.is_unlisted for one in self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsized:
    """A buy whose size follows from what is not known."""

    symbol: str
    unknown: SizeUnknown
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePreview:
    """A routing decision and its request."""

    #: What was named, a pair or only its base; None when nothing was, so that the same request can be repeated.
    requested: str | None
    symbol: str
    size: Size
    decision: Route | NoRoute
    #: When a market opens that is shut for this trade, if its venue reported it.
    opens_at: datetime | None = None
    at: datetime
