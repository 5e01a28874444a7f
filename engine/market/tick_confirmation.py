"""Whether a venue confirms a breach that only its stream shows: by its order book, or by the stream's next message."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from engine import wall_time
from engine.clock import Clock, Moment, moment
from engine.market.feed import VenueMarket
from engine.market.mark import Mark, MarkRequest, NeedsBook
from engine.market.mark_rules import judge_quote, look_reason, mark_from_book, mark_from_side
from engine.market.price_checker import PriceChecker
from engine.market.pushed import Pushed
from engine.market.second_look import LOOKS_END_AFTER, SECOND_LOOK_AFTER
from engine.market.stream_check import is_late
from engine.model.errors import BrokerError

#: A book that does not come by then is no answer: a fall goes on meanwhile.
BOOK_WITHIN_S = 1.0


class TickConfirmation:
    """Holds breaches that ticks show against what else one venue says; it makes no poll wait."""

    def __init__(
        self, *, market: VenueMarket, checks: PriceChecker, clock: Clock, on_denial: Callable[[str], None]
    ) -> None:
        self._market = market
        #: Told of an instrument whose book denies a breach.
        self._on_denial = on_denial
        self._checks = checks
        self._clock = clock

    async def confirm(self, request: MarkRequest, pushed: Pushed, *, last: Mark | None) -> Mark | None:
        """Return the mark that confirms a breach; None leaves it to the poll. `last` is the last accepted mark."""
        begun = moment(self._clock)
        first = judge_quote(request, quote=pushed.quote, now=begun.at)
        is_thin = isinstance(first, NeedsBook)
        shown = (
            mark_from_side(request, quote=pushed.quote, now=begun.at)
            if isinstance(first, NeedsBook)
            else first
        )
        if not isinstance(shown, Mark) or self._checks.get(request.symbol).differs:
            # Which of ticker and book is right is for the poll to find out.
            return None
        try:
            return await self._by_book(request, shown, since=pushed.received, last=last)
        except (BrokerError, TimeoutError):
            left = LOOKS_END_AFTER - (moment(self._clock) - begun)
            return None if is_thin else await self._by_next_tick(request, pushed, within=left)

    async def _by_book(
        self, request: MarkRequest, shown: Mark, *, since: Moment, last: Mark | None
    ) -> Mark | None:
        """Return what the book says to a breach; what is surprising needs two looks with a pause between them.

        Raises:
            BrokerError: the venue did not answer for the book.
            TimeoutError: nor did it in time.

        """
        is_second = look_reason(shown, last=last) is not None
        if is_second:
            await self._clock.sleep(SECOND_LOOK_AFTER.total_seconds())
        seen = await self._breach_of_book(request, since=since)
        if seen is not None and not is_second and look_reason(seen, last=last) is not None:
            await self._clock.sleep(SECOND_LOOK_AFTER.total_seconds())
            return await self._breach_of_book(request, since=moment(self._clock))
        return seen

    async def _breach_of_book(self, request: MarkRequest, *, since: Moment) -> Mark | None:
        async with asyncio.timeout(BOOK_WITHIN_S):
            book = await self._market.book(request.symbol, since=since)
        shown = mark_from_book(request, book=book, now=self._clock.now())
        if isinstance(shown, Mark) and not request.is_past(shown.price):
            self._on_denial(request.symbol)
        return _breach(request, shown)

    async def _by_next_tick(self, request: MarkRequest, first: Pushed, *, within: timedelta) -> Mark | None:
        """Return what the stream says next, where a poll has agreed lately with what it said before."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                pushed = await self._next_tick(request.symbol, first)
        except TimeoutError:
            return None
        if not self._market.pushed.is_lately_agreed(request.symbol, within_s=request.max_age_s):
            return None
        return _breach(request, judge_quote(request, quote=pushed.quote, now=self._clock.now()))

    async def _next_tick(self, symbol: str, first: Pushed) -> Pushed:
        while True:
            pushed = await self._market.pushed.next_tick(symbol)
            is_newer = wall_time.is_before(first.quote.at, pushed.quote.at)
            is_later = pushed.received - first.received >= SECOND_LOOK_AFTER
            if is_newer and is_later and not is_late(pushed.quote, pushed.received, moment(self._clock)):
                return pushed


def _breach(request: MarkRequest, seen: object) -> Mark | None:
    return seen if isinstance(seen, Mark) and request.is_past(seen.price) else None
