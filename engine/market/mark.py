"""A price that a position may be judged by, why there is none, and what one is wanted for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.holdings import Direction


class MarkBasis(StrEnum):
    """Where a mark comes from."""

    BID = "bid"
    ASK = "ask"
    #: The spread is too wide for one side to be the price.
    MID = "mid"
    #: The order book walked for the guarded quantity.
    WALKED = "walked"


class PriceProblem(StrEnum):
    """Why there is no price."""

    NOT_LISTED = "not_listed"
    NO_QUOTE = "no_quote"
    NO_ANSWER = "no_answer"
    #: The venue answered, but with no prices.
    NO_PRICES = "no_prices"
    NOT_CONNECTED = "not_connected"
    NO_BID = "no_bid"
    NO_ASK = "no_ask"
    NOT_A_NUMBER = "not_a_number"
    NOT_POSITIVE = "not_positive"
    CROSSED = "crossed"
    STALE = "stale"
    FROM_THE_FUTURE = "from_the_future"
    NO_BOOK = "no_book"
    BAD_BOOK = "bad_book"
    SHALLOW_BOOK = "shallow_book"
    NOTHING_TO_SELL = "nothing_to_sell"
    NOT_CONFIRMED = "not_confirmed"
    CONTRADICTED = "contradicted"
    #: A defect of the bot itself.
    NOT_JUDGED = "not_judged"
    MARKET_CLOSED = "market_closed"
    SESSION_UNKNOWN = "session_unknown"


class LookReason(StrEnum):
    """Why one look is not enough."""

    FIRST_PRICE = "first_price"
    JUMP = "jump"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A price that a position may be judged by."""

    price: Decimal
    basis: MarkBasis
    at: datetime

    @property
    def wide_spread(self) -> bool:
        """Return whether it must be shown as *wide spread, guarded at mid*."""
        return self.basis is MarkBasis.MID


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceUnknown:
    """No price: it never triggers, never hides, and alarms."""

    problem: PriceProblem
    #: For how long it may have been unknown already when it was noticed.
    for_s: float = 0
    #: When a closed market opens next, if its venue reported it.
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsBook:
    """The top of the book is too thin; decide again with the order book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsSecondLook:
    """A surprising price: look at the order book a little later, then `second_look.confirm`."""

    reason: LookReason
    #: The latest look; the next one must agree with it.
    candidate: Mark
    #: When the first and the latest look were taken, by our clock.
    first_at: datetime
    latest_at: datetime
    looks: int = 1


Decision = Mark | PriceUnknown | NeedsBook | NeedsSecondLook


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRequest:
    """What a price is wanted for."""

    symbol: str
    direction: Direction
    #: The guarded quantity, or what is held where nothing is guarded.
    quantity: Decimal
    #: How much of a loss counts; a spread is wide that is a good part of it.
    threshold: Decimal
    #: The first price that sells; None where none does.
    trigger_price: Decimal | None = None
    max_age_s: float

    def is_past(self, price: Decimal) -> bool:
        """Return whether a price sells."""
        if self.trigger_price is None:
            return False
        is_long = self.direction is Direction.LONG
        return price <= self.trigger_price if is_long else price >= self.trigger_price
