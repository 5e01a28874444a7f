"""Compare the tickers of one venue's guarded instruments with their order books, each once for all guards."""

import asyncio
from collections.abc import Collection, Mapping

from engine.clock import Clock
from engine.errors import BrokerError
from engine.instruments import AssetClass
from engine.liquidation.price_check import (
    PriceCheck,
    after_agreement,
    after_difference,
    differs,
    plan_checks,
)
from engine.liquidation.second_look import SECOND_LOOK_AFTER
from engine.market import VenueMarket
from engine.quotes import Quote

#: A venue that does not tell a book by then leaves the comparison to the next look.
BOOK_S = 5.0


class PriceChecks:
    """Keeps what the comparisons have shown, by symbol."""

    def __init__(self, *, market: VenueMarket, clock: Clock, max_age_s: float) -> None:
        self._market = market
        self._clock = clock
        # Looks come in steps: half of it keeps the comparison within it.
        self._due_s = max_age_s / 2
        self._checks = dict[str, PriceCheck]()

    def get(self, symbol: str) -> PriceCheck:
        """Return what is known of an instrument's ticker."""
        return self._checks.get(symbol, PriceCheck())

    def differing(self) -> frozenset[str]:
        """Return the instruments whose ticker and book differ."""
        return frozenset(symbol for symbol, check in self._checks.items() if check.differs)

    async def run(self, quotes: Mapping[str, Quote], *, guarded: Collection[str]) -> None:
        """Compare what is due among these quotes; whatever cannot be read is compared next time."""
        for symbol in self._checks.keys() - set(guarded):
            del self._checks[symbol]
            self._market.set_price_trust(symbol, is_trusted=True)
        due = plan_checks(self._checks, quotes, now_s=self._clock.monotonic(), due_s=self._due_s)
        async with asyncio.TaskGroup() as group:
            for symbol in due:
                group.create_task(self._compare(symbol, quotes[symbol]))

    async def _compare(self, symbol: str, quote: Quote) -> None:
        try:
            if not await self._has_a_book(symbol):
                return
            async with asyncio.timeout(BOOK_S):
                check = await self._checked(symbol, quote)
        except (BrokerError, TimeoutError):
            return
        self._checks[symbol] = check
        self._market.set_price_trust(symbol, is_trusted=not check.differs)

    async def _checked(self, symbol: str, quote: Quote) -> PriceCheck:
        first = await self._market.book(symbol)
        if not differs(quote, first):
            return after_agreement(quote, now_s=self._clock.monotonic())
        # One of them may just be older than the other.
        await self._clock.sleep(SECOND_LOOK_AFTER.total_seconds())
        again = (await self._market.fetch_quotes({symbol})).get(symbol, quote)
        second = await self._market.book(symbol)
        if not differs(again, second):
            return after_agreement(again, now_s=self._clock.monotonic())
        return after_difference(self.get(symbol), again, (first, second), now_s=self._clock.monotonic())

    async def _has_a_book(self, symbol: str) -> bool:
        """Tell whether there is a second source: of a stock only the quote is to be had."""
        instrument = (await self._market.instruments()).get(symbol)
        return instrument is not None and instrument.asset_class is not AssetClass.STOCK
