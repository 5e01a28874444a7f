"""What one question for quotes brought, with the reason for what it did not bring."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.errors import (
    BrokerError,
    ReadingDefectError,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from engine.model.quotes import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteReading:
    """Quotes by symbol, and what the question for the others failed at; None: the venue has no quote of them."""

    quotes: Mapping[str, Quote] = field(default_factory=dict)
    failed: BrokerError | TimeoutError | None = None
    #: Whether the venue is known to answer other questions: then it is up, but reports no prices.
    is_venue_up: bool = False

    def of(self, symbol: str) -> Quote | PriceUnknown:
        """Return an instrument's quote or why there is none."""
        return self.quotes.get(symbol) or self.no_quote

    @property
    def no_quote(self) -> PriceUnknown:
        """Return why something has no quote: the venue has none, or did not answer this question."""
        problem = PriceProblem.NO_QUOTE if self.failed is None else problem_of(self.failed)
        if self.is_venue_up and problem is PriceProblem.NO_ANSWER:
            problem = PriceProblem.NO_PRICES
        return PriceUnknown(problem=problem)

    def no_quote_beside(self, *, is_account_read: bool) -> PriceUnknown:
        """Return the same beside an account, which may have been answered for."""
        return replace(self, is_venue_up=self.is_venue_up or is_account_read).no_quote


def problem_of(error: BrokerError | TimeoutError) -> PriceProblem:
    """Return why there is no price after a reading that failed."""
    match error:
        case RefusedError():
            return PriceProblem.NO_QUOTE
        case ReadingDefectError():
            return PriceProblem.NOT_JUDGED
        case TimeoutError() | UnknownOutcomeError():
            return PriceProblem.NO_ANSWER
        case TryLaterError() if not error.punishes_haste:
            return PriceProblem.NO_ANSWER
    return PriceProblem.NO_PRICES
