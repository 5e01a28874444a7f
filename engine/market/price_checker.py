"""Compare the tickers of one venue's guarded instruments with their order books, each once for all guards."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from engine.brokers.within import within
from engine.clock import Clock
from engine.market.feed import VenueMarket
from engine.market.mark import MarkRequest
from engine.market.mark_rules import is_usable
from engine.market.price_check import (
    FIRST_CALLS,
    SECOND_CALLS,
    PriceCheck,
    affordable,
    after_agreement,
    after_difference,
    differs,
    plan_checks,
    sells_alone,
)
from engine.market.second_look import SECOND_LOOK_AFTER
from engine.model.errors import BrokerError
from engine.model.instruments import AssetClass
from engine.model.quotes import OrderBook, Quote

#: A venue that does not report a book by then leaves the comparison to the next look.
BOOK_S = 5.0


class PriceChecker:
    """Keeps what the comparisons have shown, by symbol."""

    def __init__(
        self, *, market: VenueMarket, clock: Clock, max_age_s: float, on_denial: Callable[[str], None]
    ) -> None:
        self._market = market
        #: Told of an instrument as soon as one book shows another price, whether or not the next can be read.
        self._on_denial = on_denial
        self._clock = clock
        # Looks come in steps: half of it keeps the comparison within it.
        self._due_s = max_age_s / 2
        self._max_age_s = max_age_s
        self._checks = dict[str, PriceCheck]()
        self._looked_since_s = clock.monotonic()

    def get(self, symbol: str) -> PriceCheck:
        """Return what is known of an instrument's ticker."""
        return self._checks.get(symbol, PriceCheck())

    def differing(self) -> frozenset[str]:
        """Return the instruments whose ticker and book differ."""
        return frozenset(symbol for symbol, check in self._checks.items() if check.differs)

    def is_lately_agreed(self, symbol: str) -> bool:
        """Return whether an instrument's ticker and book agreed when they were last due to be compared.

        Two that are near each other, one past a guard's trigger and one not, do not agree on a breach.
        """
        check = self.get(symbol)
        if check.agreed_s is None or check.sells_alone:
            return False
        return self._clock.monotonic() - check.agreed_s <= 2 * self._due_s

    async def has_book(self, symbol: str) -> bool:
        """Return whether an instrument has a second source."""
        return bool(await self._with_books([symbol]))

    @property
    def looked_since_s(self) -> float:
        """Return when the comparisons of the present look began, by a clock nobody sets."""
        return self._looked_since_s

    async def run(
        self, quotes: Mapping[str, Quote], *, wanted: Mapping[str, Collection[MarkRequest]]
    ) -> list[Exception]:
        """Compare what is due among these quotes; whatever cannot be read is compared next time.

        Returns what went wrong beside that: one comparison must not keep the guards from being judged.
        """
        self._looked_since_s = self._clock.monotonic()
        for symbol in self._checks.keys() - wanted.keys():
            del self._checks[symbol]
            self._market.set_price_trust(symbol, is_trusted=True)
        comparable = await self._with_books(quotes)
        due = plan_checks(self._checks, comparable, now_s=self._clock.monotonic(), due_s=self._due_s)
        due = affordable(
            due, self._checks, calls=self._market.spare_calls.points(now=self._clock.monotonic())
        )
        compared = await asyncio.gather(
            *(self._compare(symbol, quotes[symbol], wanted[symbol]) for symbol in due),
            return_exceptions=True,
        )
        return [failure for failure in compared if isinstance(failure, Exception)]

    async def _compare(self, symbol: str, quote: Quote, requests: Collection[MarkRequest]) -> None:
        self._checks[symbol] = replace(self.get(symbol), tried_s=self._clock.monotonic())
        try:
            async with asyncio.timeout(BOOK_S):
                check = await self._checked(symbol, quote, requests)
        except (BrokerError, TimeoutError):
            return
        self._checks[symbol] = check
        self._market.set_price_trust(symbol, is_trusted=not check.differs)

    async def _checked(self, symbol: str, quote: Quote, requests: Collection[MarkRequest]) -> PriceCheck:
        self._market.spare_calls.take(FIRST_CALLS, now=self._clock.monotonic())
        first = await self._market.book(symbol)
        if not self._differ(symbol, quote, first, requests):
            return self._agreed(symbol, quote, first, requests)
        self._on_denial(symbol)
        # It is due whatever is left.
        self._market.spare_calls.take(SECOND_CALLS, now=self._clock.monotonic())
        # One of them may just be older than the other.
        await self._clock.sleep(SECOND_LOOK_AFTER.total_seconds())
        again = (await self._market.fetch_quotes({symbol})).get(symbol, quote)
        second = await self._market.book(symbol)
        if not self._differ(symbol, again, second, requests):
            return self._agreed(symbol, again, second, requests)
        return after_difference(self.get(symbol), again, (first, second), now_s=self._clock.monotonic())

    def _agreed(
        self, symbol: str, ticker: Quote, book: OrderBook, requests: Collection[MarkRequest]
    ) -> PriceCheck:
        if not is_usable(ticker, now=self._clock.now(), max_age_s=self._max_age_s):
            # What is old or garbage agrees with any book.
            return self.get(symbol)
        return after_agreement(
            ticker, now_s=self._clock.monotonic(), sells_alone=sells_alone(ticker, book, requests)
        )

    def _differ(self, symbol: str, ticker: Quote, book: OrderBook, requests: Collection[MarkRequest]) -> bool:
        is_still = self.get(symbol).is_still(ticker, now_s=self._clock.monotonic())
        return differs(ticker, book, requests, is_still=is_still)

    async def _with_books(self, symbols: Collection[str]) -> list[str]:
        """Return what there is a second source of: of a stock only the quote is to be had."""
        listed = await within(BOOK_S, self._market.instruments(), otherwise=None) or {}
        return [
            symbol
            for symbol in symbols
            if symbol in listed and listed[symbol].asset_class is not AssetClass.STOCK
        ]
