"""The accepted marks of one venue: a quote, with the order book and a second look where it takes them."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from engine.brokers.within import within
from engine.clock import Clock, Moment, moment
from engine.market.book_tops import BookTops
from engine.market.closing_price import ClosingPrice, closing_price, needs_book
from engine.market.feed import VenueMarket
from engine.market.live_prices import LivePrices
from engine.market.mark import (
    Decision,
    Mark,
    MarkRequest,
    NeedsBook,
    NeedsSecondLook,
    PriceProblem,
    PriceUnknown,
)
from engine.market.mark_rules import decide_mark, judge_quote, mark_from_book, mark_from_side
from engine.market.poll_confirmation import PollConfirmation
from engine.market.price_check import PriceCheck, living_marks, marks_of_both, unknown_for_s
from engine.market.price_checker import PriceChecker
from engine.market.pushed import Pushed
from engine.market.quote_reading import QuoteReading, problem_of
from engine.market.second_looks import SecondLooks
from engine.market.session import check_session
from engine.market.stream_check import is_late, is_overtaken
from engine.market.tick_confirmation import BOOK_WITHIN_S, TickConfirmation
from engine.market.whole_mark import read_whole_mark
from engine.model.errors import BrokerError
from engine.model.instruments import AssetClass
from engine.model.money import ZERO
from engine.model.quotes import OrderBook, Quote
from engine.model.venues import Venue

#: Where polls already confirm a price, its book must deny that within so long; no look may be shorter.
BOOK_BESIDE_POLLS_S = 1.5


class Marks:
    """Turns quotes and order books of one venue into accepted marks."""

    def __init__(self, *, market: VenueMarket, clock: Clock, max_age_s: float) -> None:
        self._market = market
        self._clock = clock
        self._max_age_s = max_age_s
        self._polls = PollConfirmation(clock)
        #: What comparing tickers with order books has shown, for whoever watches.
        self.checks = PriceChecker(market=market, clock=clock, max_age_s=max_age_s, on_denial=self._polls.end)
        self._ticks = TickConfirmation(
            market=market, checks=self.checks, clock=clock, on_denial=self._polls.end
        )
        self._second_looks = SecondLooks(read_book=self._book, pushed=market.pushed, clock=clock)
        self._tops = BookTops(market=market, clock=clock, max_age_s=max_age_s)

    @property
    def max_age_s(self) -> float:
        """Return how old a price may be."""
        return self._max_age_s

    @property
    def venue(self) -> Venue:
        """Return the venue whose prices these are."""
        return self._market.venue

    @property
    def pushed(self) -> LivePrices:
        """Return what the venue pushes."""
        return self._market.pushed

    async def fetch_quotes(self, symbols: Collection[str], *, within_s: float | None = None) -> QuoteReading:
        """Return fresh quotes and why there are none of the others; none when the venue does not answer in time."""
        try:
            async with asyncio.timeout(within_s):
                quotes = await self._market.fetch_quotes(symbols, within_s=within_s)
        except (BrokerError, TimeoutError) as e:
            return QuoteReading(failed=e)
        return QuoteReading(quotes=quotes, failed=quotes.failed)

    async def with_books(
        self, symbols: Collection[str], reading: QuoteReading, *, within_s: float
    ) -> QuoteReading:
        """Let order books stand in where a reading failed, for what is pushed and shows the same."""
        if reading.failed is None:
            return reading
        unpolled = set(symbols) - reading.quotes.keys()
        pushed = [symbol for symbol in unpolled if self.pushed.of_whole_market(symbol) is not None]
        held = [
            symbol
            for symbol in pushed
            if not self.checks.get(symbol).differs and await self.checks.has_book(symbol)
        ]
        tops = await self._tops.read(held, within_s=within_s)
        for symbol, top in tops.items():
            self.pushed.compare([symbol], {symbol: top.quote}, requested=top.requested)
        agreed = {
            symbol: top.quote
            for symbol, top in tops.items()
            if self.pushed.of_whole_market(symbol) is not None
        }
        return replace(reading, quotes={**agreed, **reading.quotes}, is_venue_up=bool(tops))

    async def mark_of_tick(self, request: MarkRequest, pushed: Pushed, *, last: Mark | None) -> Mark | None:
        """Return the mark of a breach that a tick shows and its venue confirms; None leaves it to the poll."""
        now = moment(self._clock)
        if is_late(pushed.quote, pushed.received, now) or is_overtaken(pushed.quote, last):
            return None
        first = judge_quote(request, quote=pushed.quote, now=now.at)
        if isinstance(first, PriceUnknown) or (isinstance(first, Mark) and not request.is_past(first.price)):
            return None
        if pushed.is_whole_market and await self.checks.has_book(request.symbol):
            return await self._ticks.confirm(request, pushed, last=last)
        # No stop is decided on a part of the market; the venue answers for the whole.
        quoted = (await self.fetch_quotes({request.symbol})).of(request.symbol)
        seen = await self.mark_of(request, quoted, last=last)
        return seen if isinstance(seen, Mark) and request.is_past(seen.price) else None

    async def mark_of(
        self, request: MarkRequest, quoted: Quote | PriceUnknown, *, last: Mark | None
    ) -> Mark | PriceUnknown:
        """Return the mark to judge by, after a second look where one is needed; `last` is the last accepted one.

        `quoted` is what a reading has of its instrument: a quote, or why there is none.
        """
        now, quote = self._lasting_clock(), quoted if isinstance(quoted, Quote) else None
        try:
            unpriced = await self._unpriced(request.symbol, quote, now())
            if unpriced is not None:
                return unpriced
            check = self.checks.get(request.symbol)
            if check.differs:
                return self._despite_difference(request, check, quote)
            if isinstance(quoted, PriceUnknown):
                return quoted
            self._polls.note(quoted)
            seen = decide_mark(request, quote=quoted, last=last, now=now())
            if isinstance(seen, NeedsBook | NeedsSecondLook):
                return await self._with_book(request, quoted, seen, last, now)
            return await self._unless_contradicted(request, seen) if isinstance(seen, Mark) else seen
        except BrokerError as e:
            return PriceUnknown(problem=problem_of(e))

    async def whole_mark(self, request: MarkRequest, *, since: Moment) -> Mark | None:
        """Return what the venue shows for all of a position after `since`; None without a price that is believed.

        No loss waits for it, so it is requested only while the venue takes more than what losses need.
        """
        spare, now_s = self._market.spare_calls, self._clock.monotonic()
        if self.checks.get(request.symbol).differs or spare.points(now=now_s) < 0:
            return None
        spare.take(1, now=now_s)
        return await read_whole_mark(self._market, request, clock=self._clock, since=since)

    async def price_to_close(
        self, request: MarkRequest, quoted: Quote | PriceUnknown
    ) -> ClosingPrice | PriceUnknown:
        """Return what the market shows for a whole quantity now; nothing triggers by it, so one look is enough.

        Raises:
            BrokerError: the venue did not answer the requests beyond the quote.

        """
        if isinstance(quoted, PriceUnknown):
            return quoted
        now = self._clock.now()
        unpriced = await self._unpriced(request.symbol, quoted, now)
        side = unpriced or mark_from_side(request, quote=quoted, now=now)
        if isinstance(side, PriceUnknown):
            return side
        is_trusted = self._market.is_trusted(request.symbol)
        if request.quantity <= ZERO or (is_trusted and not needs_book(request, quoted)):
            return ClosingPrice(price=side.price, at=side.at)
        book = await self._market.book(request.symbol)
        return closing_price(request, side=side, book=book, is_trusted=is_trusted)

    async def _with_book(
        self,
        request: MarkRequest,
        quote: Quote,
        seen: Decision,
        last: Mark | None,
        now: Callable[[], datetime],
    ) -> Mark | PriceUnknown:
        """Return what the order book makes of a quote; where it cannot be read, what the polls do."""
        are_enough = self._polls.mark(request) is not None
        try:
            async with asyncio.timeout(BOOK_BESIDE_POLLS_S if are_enough else None):
                if isinstance(seen, NeedsBook):
                    book = await self._book(request.symbol)
                    seen = decide_mark(request, quote=quote, book=book, last=last, now=now())
                if isinstance(seen, NeedsSecondLook):
                    seen, is_by_tick = await self._second_looks.take(request, seen, now)
                    if not is_by_tick:
                        return seen
        except (BrokerError, TimeoutError) as e:
            # A book that was read meanwhile has ended the polls.
            return self._polls.mark(request) or PriceUnknown(problem=problem_of(e))
        if isinstance(seen, Mark):
            return await self._unless_contradicted(request, seen)
        return PriceUnknown(problem=PriceProblem.NO_BOOK) if isinstance(seen, NeedsBook) else seen

    async def _unless_contradicted(self, request: MarkRequest, seen: Mark) -> Mark | PriceUnknown:
        if not request.is_past(seen.price):
            return seen
        is_taken_back = self._is_taken_back(request, seen)
        denied_by = await self._denying_mark(request, is_due=is_taken_back)
        if denied_by is None:
            return seen
        # Stream and book agree on what came after an answer that was late.
        return denied_by if is_taken_back else PriceUnknown(problem=PriceProblem.CONTRADICTED)

    def _is_taken_back(self, request: MarkRequest, seen: Mark) -> bool:
        """Return whether a tick of after a breach shows none any more."""
        pushed = self.pushed.of_whole_market(request.symbol)
        if pushed is None:
            return False
        shown = judge_quote(request, quote=pushed.quote, now=self._clock.now())
        return isinstance(shown, Mark) and is_overtaken(seen, shown) and not request.is_past(shown.price)

    async def _denying_mark(self, request: MarkRequest, *, is_due: bool) -> Mark | None:
        """Return the book's mark if it denies a breach that is due to be held against it.

        So is one by a ticker that was not compared with the book lately: it may have been frozen since before anybody
        asked, or all through an outage. A book that cannot be read, or not in time, denies nothing.
        """
        is_due = is_due or not self.checks.is_lately_agreed(request.symbol)
        if not is_due or not await self.checks.has_book(request.symbol):
            return None
        book = await within(BOOK_WITHIN_S, self._book(request.symbol), otherwise=None)
        if book is None:
            return None
        mark = mark_from_book(request, book=book, now=self._clock.now())
        return mark if isinstance(mark, Mark) and not request.is_past(mark.price) else None

    def _despite_difference(
        self, request: MarkRequest, check: PriceCheck, quote: Quote | None
    ) -> Mark | PriceUnknown:
        """Return the book's mark if it must sell whichever is right; else there is no price."""
        since_s, now = self.checks.looked_since_s, self._clock.now()
        for find in (living_marks, marks_of_both):
            marks = find(check, request, quote=quote, looked_since_s=since_s, now=now)
            if marks is not None and all(request.is_past(mark.price) for mark in marks):
                return marks[-1]
        return PriceUnknown(
            problem=PriceProblem.CONTRADICTED, for_s=unknown_for_s(check, now_s=self._clock.monotonic())
        )

    async def _book(self, symbol: str) -> OrderBook:
        book = await self._market.book(symbol)
        self._polls.end(symbol)
        return book

    def _lasting_clock(self) -> Callable[[], datetime]:
        """Return the time for one look: the wall clock as it shows now, going on whatever it is set to meanwhile."""
        began = moment(self._clock)
        return lambda: began.at + (moment(self._clock) - began)

    async def _unpriced(self, symbol: str, quote: Quote | None, now: datetime) -> PriceUnknown | None:
        """Return why a quote of a stock is no price now; an unlisted instrument may be a stock whose market is closed."""
        if quote is None or not self._market.venue.lists_stocks:
            return None
        instrument = (await self._market.instruments()).get(symbol)
        if instrument is None:
            return PriceUnknown(problem=PriceProblem.NOT_LISTED)
        if instrument.asset_class is not AssetClass.STOCK:
            return None
        try:
            session = await self._market.session()
        except BrokerError as e:
            if problem_of(e) is not PriceProblem.NO_PRICES:
                raise
            # Prices are there; what the venue does not show is its session.
            return PriceUnknown(problem=PriceProblem.SESSION_UNKNOWN)
        return check_session(session, quote=quote, now=now)
