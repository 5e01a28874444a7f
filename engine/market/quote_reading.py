"""What one question for quotes brought, with the reason for what it did not bring."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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

    def of(self, symbol: str) -> Quote | PriceUnknown:
        """Return an instrument's quote or why there is none."""
        return self.quotes.get(symbol) or self.no_quote

    @property
    def no_quote(self) -> PriceUnknown:
        """Return why something has no quote: the venue has none, or did not answer this question."""
        problem = PriceProblem.NO_QUOTE if self.failed is None else problem_of(self.failed)
        return PriceUnknown(problem=problem)

    def no_quote_beside(self, *, is_account_read: bool) -> PriceUnknown:
        """Return the same beside an account: a venue that answers for it is up, but reports no prices."""
        unpriced = self.no_quote
        if is_account_read and unpriced.problem is PriceProblem.NO_ANSWER:
            return PriceUnknown(problem=PriceProblem.NO_PRICES)
        return unpriced


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
