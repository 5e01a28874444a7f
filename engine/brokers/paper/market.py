"""What a paper account asks of its venue, all of it public: listings, the order book to fill from, the time."""

from collections.abc import Mapping
from datetime import timedelta

from engine import wall_time
from engine.brokers.base import MarketData
from engine.brokers.paper.answers import book_of, check_tradable
from engine.brokers.paper.book import Book
from engine.clock import Clock, Moment, moment
from engine.model.errors import RefusalReason, RefusedError, TryLaterError
from engine.model.instruments import Instrument
from engine.model.orders import OrderRequest

#: Listings change seldom; a market that shuts is noticed within this.
_LISTINGS_KEPT = timedelta(seconds=60)


class PaperMarket:
    """A venue's public side as the orders of an account on paper need it."""

    def __init__(self, *, data: MarketData, clock: Clock, max_price_age: timedelta) -> None:
        self._data = data
        self._clock = clock
        self._max_price_age = max_price_age
        self._listings: Mapping[str, Instrument] = {}
        self._listed_at: Moment | None = None

    def ahead(self) -> timedelta:
        """Return how far the venue's clock is ahead of ours."""
        return self._data.ahead()

    def now(self) -> float:
        """Return what the venue's clock shows, in seconds since 1970, as all that a venue reports is dated."""
        return (self._clock.now() + self.ahead()).timestamp()

    async def listings(self) -> Mapping[str, Instrument]:
        """Return what is listed, by our symbol."""
        now = moment(self._clock)
        if self._listed_at is None or self._listed_at + _LISTINGS_KEPT < now:
            self._listings = await self._data.fetch_instruments()
            self._listed_at = now
        return self._listings

    async def tradable(self, request: OrderRequest) -> Instrument:
        """Return what an order is to trade; raises RefusedError where the venue would not take it."""
        instrument = (await self.listings()).get(request.symbol)
        if instrument is None:
            raise RefusedError(
                self._data.venue, f"{request.symbol} is not listed", RefusalReason.UNKNOWN_SYMBOL
            )
        check_tradable(instrument, request)
        return instrument

    async def book(self, request: OrderRequest) -> Book:
        """Return the order book that an order walks; raises TryLaterError when it is not known now."""
        answer = await self._data.fetch_book(request.symbol)
        book = book_of(answer, at=self.now())
        if book is None or not wall_time.is_near(answer.at, self._clock.now(), self._max_price_age):
            raise TryLaterError(self._data.venue, f"no order book of {request.symbol} to fill from")
        return book
