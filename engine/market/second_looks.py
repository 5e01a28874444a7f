"""Take a second look at a surprising price: in the order book, or at what the venue pushes next, whichever comes first."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, NamedTuple

from engine import wall_time
from engine.clock import Clock, moment
from engine.market.live_prices import LivePrices
from engine.market.mark import Mark, MarkRequest, NeedsSecondLook, PriceUnknown
from engine.market.mark_rules import judge_quote, mark_from_book
from engine.market.second_look import LOOKS_END_AFTER, SECOND_LOOK_AFTER, confirm
from engine.market.stream_check import is_late
from engine.model.quotes import OrderBook


class SecondLook(NamedTuple):
    """What came of it."""

    seen: Mark | PriceUnknown
    #: Whether a tick decided it, before the book of the same look came.
    is_by_tick: bool


class SecondLooks:
    """Takes them at one venue."""

    def __init__(
        self,
        *,
        read_book: Callable[[str], Coroutine[Any, Any, OrderBook]],
        pushed: LivePrices,
        clock: Clock,
    ) -> None:
        self._read_book = read_book
        self._pushed = pushed
        self._clock = clock

    async def take(
        self, request: MarkRequest, pending: NeedsSecondLook, now: Callable[[], datetime]
    ) -> SecondLook:
        """Return what is decided by further looks.

        Raises:
            BrokerError: the venue did not answer for the book.

        """
        while True:
            since_s = wall_time.between(pending.latest_at, now()).total_seconds()
            await self._clock.sleep(SECOND_LOOK_AFTER.total_seconds() - since_s)
            requested_at = now()
            seen = await self._book_or_tick(request, now)
            at, is_by_tick = now(), isinstance(seen, Mark)
            look = seen if isinstance(seen, Mark) else mark_from_book(request, book=seen, now=at)
            past = isinstance(look, Mark) and request.is_past(look.price)
            # However long a book takes, it shows the market as it was once it was requested.
            decided = confirm(pending, look, is_past_threshold=past, now=at if is_by_tick else requested_at)
            if not isinstance(decided, NeedsSecondLook):
                return SecondLook(decided, is_by_tick)
            pending = decided

    async def _book_or_tick(self, request: MarkRequest, now: Callable[[], datetime]) -> OrderBook | Mark:
        """Return what comes first: the order book, or a tick that is a mark by itself."""
        if self._pushed.of_whole_market(request.symbol) is None:
            return await self._read_book(request.symbol)
        book = asyncio.create_task(self._read_book(request.symbol))
        tick = asyncio.create_task(self._next_mark(request, now))
        try:
            await asyncio.wait({book, tick}, return_when=asyncio.FIRST_COMPLETED)
            has_failed = book.done() and book.exception() is not None
            if has_failed and self._pushed.is_lately_agreed(request.symbol, within_s=request.max_age_s):
                await asyncio.wait({tick}, timeout=LOOKS_END_AFTER.total_seconds())
            is_by_tick = tick.done() if has_failed else not book.done()
            return tick.result() if is_by_tick else book.result()
        finally:
            for look in (book, tick):
                look.cancel()
            await asyncio.gather(book, tick, return_exceptions=True)

    async def _next_mark(self, request: MarkRequest, now: Callable[[], datetime]) -> Mark:
        while True:
            pushed = await self._pushed.next_tick(request.symbol)
            mark = judge_quote(request, quote=pushed.quote, now=now())
            if isinstance(mark, Mark) and not is_late(pushed.quote, pushed.received, moment(self._clock)):
                return mark
