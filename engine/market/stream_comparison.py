"""How a venue's answers compare with what its stream pushes, poll by poll."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from engine.clock import Moment
from engine.market.pushed import Pushed, PushedLately
from engine.market.stream_check import LEANS_MAX, contradicts, lean_of
from engine.model.quotes import Quote


class Compared(StrEnum):
    """What an answer says of a stream."""

    AGREES = "agrees"
    DIFFERS = "differs"
    #: One of them shows no price.
    NOTHING = "nothing"


class StreamComparison:
    """Keeps for each instrument what its present subscription pushed lately and how the answers compared with it."""

    def __init__(self) -> None:
        self._pushed: dict[str, PushedLately] = {}
        #: When the venue was asked last for a price that the present subscription shows too.
        self._agreed: dict[str, Moment] = {}
        #: In which direction the answers lie, and for how many in a row. Another subscription may show the same.
        self._leans: dict[str, tuple[int, int]] = {}

    def take(self, pushed: Pushed) -> None:
        """Keep what was pushed."""
        kept = self._pushed.get(pushed.quote.symbol)
        if kept is None:
            kept = self._pushed[pushed.quote.symbol] = PushedLately()
        kept.take(pushed)

    def end(self, symbol: str) -> None:
        """Forget a subscription: the first message of the next one proves nothing."""
        self._pushed.pop(symbol, None)
        self._agreed.pop(symbol, None)

    def keep(self, symbols: Collection[str]) -> None:
        """Forget the direction of all other instruments."""
        for symbol in self._leans.keys() - symbols:
            del self._leans[symbol]

    def is_agreed_since(self, symbol: str, earliest: Moment) -> bool:
        """Return whether an answer that was requested since then agreed with the present subscription."""
        agreed = self._agreed.get(symbol)
        return agreed is not None and agreed >= earliest

    def hold_against(self, polled: Quote, *, requested: Moment) -> Compared:
        """Compare an answer with what was pushed from its request on: it may be as old as that."""
        kept = self._pushed.get(polled.symbol)
        pushed = [one for one in kept.since(requested) if one.sides is not None] if kept else []
        if polled.sides is None or not pushed:
            return Compared.NOTHING
        differs = all(contradicts(polled, one.quote, still_for=requested - one.received) for one in pushed)
        if self._leans_too_long(polled, pushed) or differs:
            self._agreed.pop(polled.symbol, None)
            return Compared.DIFFERS
        self._agreed[polled.symbol] = requested
        return Compared.AGREES

    def _leans_too_long(self, polled: Quote, pushed: Collection[Pushed]) -> bool:
        directions = {lean_of(polled, one.quote) for one in pushed}
        direction = directions.pop() if len(directions) == 1 else 0
        before, times = self._leans.get(polled.symbol, (0, 0))
        times = times + 1 if direction and direction == before else abs(direction)
        self._leans[polled.symbol] = direction, times
        return times >= LEANS_MAX


def since(now: Moment, within_s: float) -> Moment:
    """Return the moment that lies so long before another."""
    return now + timedelta(seconds=-within_s)
