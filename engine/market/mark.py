"""A price that a position may be judged by, why there is none, and what one is wanted for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.holdings import Direction
from engine.model.venues import Venue


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

    NOT_LISTED = "not in the venue's listings"
    NO_QUOTE = "no quote"
    NO_ANSWER = "no answer"
    #: The venue answered, but with no prices.
    NO_PRICES = "no prices"
    NOT_CONNECTED = "not connected"
    NO_BID = "no bid"
    NO_ASK = "no ask"
    NOT_A_NUMBER = "not a number"
    NOT_POSITIVE = "zero or negative"
    CROSSED = "bid above ask"
    STALE = "too old"
    FROM_THE_FUTURE = "dated ahead of our clock"
    NO_BOOK = "no order book"
    BAD_BOOK = "the order book makes no sense"
    SHALLOW_BOOK = "the order book does not cover the guarded quantity"
    NOTHING_TO_SELL = "nothing of the position can be sold"
    NOT_CONFIRMED = "a second look did not confirm it"
    CONTRADICTED = "ticker and order book differ"
    NOT_JUDGED = "a defect of the bot itself; its log says which"
    MARKET_CLOSED = "market closed"
    SESSION_UNKNOWN = "whether its market is open cannot be read"


#: What is wrong with the venue itself, not with what it quotes.
_OF_VENUE = {
    PriceProblem.NO_ANSWER: "does not answer",
    PriceProblem.NO_PRICES: "reports no prices",
    PriceProblem.NOT_CONNECTED: "is not connected",
}


class LookReason(StrEnum):
    """Why one look is not enough."""

    FIRST_PRICE = "first price after a start"
    JUMP = "far from the last price"


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

    def reason_at(self, venue: Venue) -> str:
        """Return the chat's sentence on what is wrong with the price at a venue."""
        text = _OF_VENUE.get(self.problem)
        return f"{venue.label} {text}" if text else str(self.problem)

    def why_at(self, venue: Venue) -> str:
        """Return the chat's sentence that there is no price now and why; a closed market is reason enough."""
        reason = self.reason_at(venue)
        return reason if self.problem is PriceProblem.MARKET_CLOSED else f"price unknown ({reason})"


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
