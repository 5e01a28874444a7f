"""Whether a market takes a sale now, and what it is floored by."""

import asyncio
from collections.abc import Callable

from engine.clock import Clock
from engine.errors import BrokerError, RefusalReason, RefusedError
from engine.execution.intents import Intent
from engine.guards.guard import Guard
from engine.instruments import AssetClass, Instrument
from engine.liquidation.mark import is_settled
from engine.market import VenueMarket

#: A sale waits no longer than this for the listing it is floored by.
LISTING_S = 2.0

#: Tells whether a guard is past its threshold at the latest accepted mark; None without a price.
Breached = Callable[[Guard], bool | None]


class MarketDoor:
    """Holds one sale back that would be refused, or would wait in a queue for another day's price."""

    def __init__(self, *, market: VenueMarket, symbol: str, clock: Clock, breached: Breached) -> None:
        self._market = market
        self._symbol = symbol
        self._clock = clock
        self._breached = breached
        self._was_refused = False
        self._missed_session = False

    def note_refused(self) -> None:
        """Ask the listings from now on: the venue itself refused a sale for its market."""
        self._was_refused = True

    async def instrument(self) -> Instrument | None:
        """Return the listing, or None when it is not told in time."""
        try:
            async with asyncio.timeout(LISTING_S):
                return (await self._market.instruments()).get(self._symbol)
        except (BrokerError, TimeoutError):
            return None

    async def check(self, intent: Intent, guard: Guard) -> None:
        """Look whether a sale may go now.

        Raises:
            RefusedError: the market takes none.
            BrokerError: whether it does could not be learnt.

        """
        if intent.venue.lists_stocks:
            await self._check_session(intent, guard)
        if self._was_refused:
            await self._check_status(intent)

    async def _check_status(self, intent: Intent) -> None:
        await self._market.refresh_instruments()
        instrument = await self.instrument()
        if instrument is not None and not instrument.status.takes_exits:
            raise _shut(intent, f"{intent.symbol} is {instrument.status.value.replace('_', ' ')}")

    async def _check_session(self, intent: Intent, guard: Guard) -> None:
        instrument = await self.instrument()
        if instrument is None:
            raise _shut(intent, "not known whether its market is open")
        if instrument.asset_class is not AssetClass.STOCK:
            return
        session = await self._market.session()
        if session is None or not is_settled(session, self._clock.now()):
            self._missed_session = True
            raise _shut(intent, "the stock market is closed")
        if self._missed_session and intent.asked is None and not self._breached(guard):
            # It was judged by another session's price.
            raise _shut(intent, "the stock market has just opened, its price is not certain yet")


def _shut(intent: Intent, words: str) -> RefusedError:
    return RefusedError(intent.venue, words, RefusalReason.MARKET_UNAVAILABLE)
