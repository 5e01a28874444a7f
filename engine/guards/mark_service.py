"""Take as many looks at a venue's prices as a guard needs to be judged."""

from collections.abc import Callable, Mapping
from datetime import datetime

from engine import wall_time
from engine.clock import Clock, moment
from engine.guards.guard import Guard
from engine.guards.guard_mark import is_past
from engine.market.feed import VenueMarket
from engine.market.mark import (
    Decision,
    Mark,
    MarkRequest,
    NeedsBook,
    NeedsSecondLook,
    PriceProblem,
    PriceUnknown,
    check_session,
    decide_mark,
    mark_from_book,
)
from engine.market.price_check import PriceCheck, living_marks, marks_of_both, unknown_for_s
from engine.market.price_checks import PriceChecks
from engine.market.second_look import SECOND_LOOK_AFTER, confirm
from engine.model.errors import BrokerError, RefusedError
from engine.model.instruments import AssetClass
from engine.model.quotes import Quote


class MarkService:
    """Turns quotes and order books of one venue into accepted marks."""

    def __init__(self, *, market: VenueMarket, clock: Clock, max_age_s: float) -> None:
        self._market = market
        self._clock = clock
        self._max_age_s = max_age_s
        #: What comparing tickers with order books has shown, for whoever watches.
        self.checks = PriceChecks(market=market, clock=clock, max_age_s=max_age_s)

    async def fetch_quotes(self, guards: tuple[Guard, ...]) -> Mapping[str, Quote]:
        """Return fresh quotes of everything guarded; empty when the venue does not answer."""
        try:
            return await self._market.fetch_quotes({guard.symbol for guard in guards})
        except BrokerError:
            return {}

    async def look(self, guard: Guard, quote: Quote | None, *, last: Mark | None) -> Mark | PriceUnknown:
        """Return the mark a guard is judged by, after a second look where one is needed."""
        request, now = self._request(guard), self._lasting_clock()
        try:
            unpriced = await self._unpriced(guard, quote, now())
            if unpriced is not None:
                return unpriced
            check = self.checks.get(guard.symbol)
            if check.differs:
                return self._despite_difference(guard, request, check, quote)
            seen = self._decide(request, quote, last, now())
            if isinstance(seen, NeedsBook):
                book = await self._market.book(guard.symbol)
                seen = decide_mark(request, quote=quote, book=book, last=last, now=now())
            if isinstance(seen, NeedsSecondLook):
                return await self._look_again(guard, request, seen, now)
            if (
                isinstance(seen, Mark)
                and is_past(guard, seen)
                and await self._is_contradicted(guard, request)
            ):
                return PriceUnknown(problem=PriceProblem.CONTRADICTED)
        except BrokerError as e:
            is_refused = isinstance(e, RefusedError)
            return PriceUnknown(problem=PriceProblem.NO_QUOTE if is_refused else PriceProblem.NO_ANSWER)
        return PriceUnknown(problem=PriceProblem.NO_BOOK) if isinstance(seen, NeedsBook) else seen

    def _decide(
        self, request: MarkRequest, quote: Quote | None, last: Mark | None, now: datetime
    ) -> Decision:
        if quote is None:
            return self._market.no_quote
        return decide_mark(request, quote=quote, last=last, now=now)

    async def _is_contradicted(self, guard: Guard, request: MarkRequest) -> bool:
        """Tell whether the book denies a breach by a ticker that was not compared with it lately.

        It may have been frozen since before the guard was set, or all through an outage. A book that cannot be read
        denies nothing.
        """
        if self.checks.is_lately_agreed(guard.symbol) or not await self.checks.has_book(guard.symbol):
            return False
        try:
            book = await self._market.book(guard.symbol)
        except BrokerError:
            return False
        mark = mark_from_book(request, book=book, now=self._clock.now())
        return isinstance(mark, Mark) and not is_past(guard, mark)

    def _despite_difference(
        self, guard: Guard, request: MarkRequest, check: PriceCheck, quote: Quote | None
    ) -> Mark | PriceUnknown:
        """Return the book's mark if it must sell whichever is right; else there is no price."""
        since_s, now = self.checks.looked_since_s, self._clock.now()
        for find in (living_marks, marks_of_both):
            marks = find(check, request, quote=quote, looked_since_s=since_s, now=now)
            if marks is not None and all(is_past(guard, mark) for mark in marks):
                return marks[-1]
        return PriceUnknown(
            problem=PriceProblem.CONTRADICTED, for_s=unknown_for_s(check, now_s=self._clock.monotonic())
        )

    async def _look_again(
        self, guard: Guard, request: MarkRequest, pending: NeedsSecondLook, now: Callable[[], datetime]
    ) -> Mark | PriceUnknown:
        while True:
            since_s = wall_time.between(pending.latest_at, now()).total_seconds()
            await self._clock.sleep(SECOND_LOOK_AFTER.total_seconds() - since_s)
            book = await self._market.book(guard.symbol)
            at = now()
            look = mark_from_book(request, book=book, now=at)
            past = isinstance(look, Mark) and is_past(guard, look)
            decided = confirm(pending, look, is_past_threshold=past, now=at)
            if not isinstance(decided, NeedsSecondLook):
                return decided
            pending = decided

    def _lasting_clock(self) -> Callable[[], datetime]:
        """Return the time for one look: the wall clock as it shows now, going on whatever it is set to meanwhile."""
        began = moment(self._clock)
        return lambda: began.at + (moment(self._clock) - began)

    async def _unpriced(self, guard: Guard, quote: Quote | None, now: datetime) -> PriceUnknown | None:
        """Return why a stock's quote is no price; what is not listed might be one, and its market closed."""
        if quote is None or not guard.venue.lists_stocks:
            return None
        instrument = (await self._market.instruments()).get(guard.symbol)
        if instrument is None:
            return PriceUnknown(problem=PriceProblem.NOT_LISTED)
        if instrument.asset_class is not AssetClass.STOCK:
            return None
        return check_session(await self._market.session(), quote=quote, now=now)

    def _request(self, guard: Guard) -> MarkRequest:
        return MarkRequest(
            direction=guard.direction,
            quantity=guard.quantity,
            threshold=guard.threshold,
            max_age_s=self._max_age_s,
        )
