"""A quote as it was pushed, and what was pushed before it."""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from engine.clock import Moment
from engine.model.quotes import Quote

#: Of what is pushed within so long only the first and the last are kept.
MOMENT_S = 0.1
#: Longer than any request may take.
KEPT = 256


class Pushed(NamedTuple):
    """A quote as it was pushed."""

    quote: Quote
    #: Bid and ask where both can be prices.
    sides: tuple[Decimal, Decimal] | None
    received: Moment
    #: False for a small part of the market, on which no stop is decided.
    is_whole_market: bool


class PushedLately:
    """The latest quotes of one subscription."""

    __slots__ = ("_quotes",)

    def __init__(self) -> None:
        self._quotes = deque[Pushed](maxlen=KEPT)

    def take(self, pushed: Pushed) -> None:
        """Keep a quote, in place of the last one where that came in the middle of a moment."""
        quotes = self._quotes
        if len(quotes) > 1 and pushed.received.steady_s - quotes[-2].received.steady_s < MOMENT_S:
            quotes[-1] = pushed
        else:
            quotes.append(pushed)

    def since(self, requested: Moment) -> Sequence[Pushed]:
        """Return what an answer to a request may show: what was pushed last before it, and everything after."""
        found: list[Pushed] = []
        for pushed in reversed(self._quotes):
            found.append(pushed)
            if pushed.received <= requested:
                break
        return found
