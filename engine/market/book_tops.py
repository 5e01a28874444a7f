"""The best prices of order books, for what is pushed and cannot be polled: they stand in for the ticker."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from engine import wall_time
from engine.brokers.within import within
from engine.clock import Clock, Moment, moment
from engine.market.feed import VenueMarket
from engine.model.quotes import Quote


@dataclass(frozen=True, slots=True)
class BookTop:
    """The best prices of one book, and when it was requested."""

    quote: Quote
    requested: Moment


class BookTops:
    """Reads the books of one venue as often as it can spare the requests, those that were read longest ago first."""

    def __init__(self, *, market: VenueMarket, clock: Clock, max_age_s: float) -> None:
        self._market = market
        self._clock = clock
        self._max_age = timedelta(seconds=max_age_s)
        self._tops = dict[str, BookTop]()

    async def read(self, symbols: Collection[str], *, within_s: float) -> Mapping[str, BookTop]:
        """Return the best prices of these books; of those whose turn it is not, what was read before."""
        kept = {
            symbol: top for symbol, top in self._tops.items() if symbol in symbols and self._is_usable(top)
        }
        oldest_first = sorted(kept, key=lambda symbol: kept[symbol].requested.steady_s)
        spare = max(0, int(self._market.spare_calls.points(now=self._clock.monotonic())))
        due = [*sorted(set(symbols) - kept.keys()), *oldest_first][:spare]
        self._market.spare_calls.take(len(due), now=self._clock.monotonic())
        read = await asyncio.gather(*(self._read(symbol, within_s) for symbol in due))
        # A book that was to be read and could not be is no price any more.
        waiting = {symbol: top for symbol, top in kept.items() if symbol not in due}
        self._tops = waiting | {top.quote.symbol: top for top in read if top is not None}
        return self._tops

    async def _read(self, symbol: str, within_s: float) -> BookTop | None:
        requested = moment(self._clock)
        book = await within(within_s, self._market.book(symbol), otherwise=None)
        return None if book is None or book.top.sides is None else BookTop(book.top, requested)

    def _is_usable(self, top: BookTop) -> bool:
        return wall_time.is_near(top.quote.at, self._clock.now(), self._max_age)
