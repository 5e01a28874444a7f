"""Whether a market takes a sale now, and what it is floored by."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from engine.clock import Clock
from engine.exits.exit_pair import LISTING_S, ExitPair
from engine.exits.pair_rules import is_shut
from engine.guards.guard import Guard
from engine.market.feed import VenueMarket
from engine.market.session import is_settled
from engine.model.delays import Wait
from engine.model.errors import BrokerError, RefusalReason, RefusedError
from engine.model.instruments import AssetClass, Instrument

#: How long the listing may take after a refusal that it could have spared.
FIRST_LISTING_S = 15.0

#: Returns whether a guard is past its threshold at the latest accepted mark; None without a price.
Breached = Callable[[Guard], bool | None]


class Tradability:
    """Holds one sale back that would be refused, or would wait in a queue for another day's price."""

    def __init__(self, *, market: VenueMarket, guard: Guard, clock: Clock, breached: Breached) -> None:
        self._market = market
        self._guard = guard
        self._clock = clock
        self._breached = breached
        self.pair = ExitPair(market=market, guard=guard, clock=clock)
        self._was_refused = False
        self._missed_session = False
        #: That its stock market is closed, as it was last looked at; None where it is not.
        self.closed: Wait | None = None

    def note_refused(self, error: BrokerError) -> None:
        """Check the listings from now on if the venue itself refused a sale for its market."""
        self._was_refused |= is_shut(error)
        self.pair.note_refused(error)

    @property
    def ahead(self) -> timedelta:
        """Return how far the venue's clock is ahead of ours now, as far as that is known."""
        return self._market.data.ahead()

    async def instrument(self) -> Instrument | None:
        """Return the listing, or None when it is not reported in time."""
        return await self.pair.instrument()

    async def read_listing_again(self) -> None:
        """Request the listing, unless that was a moment ago; the old one stands in when it does not come.

        Without any the sale has just been refused for want of it, so it may take longer than before a sale.
        """
        within_s = FIRST_LISTING_S if await self.instrument() is None else LISTING_S
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._market.refresh_instruments()

    async def check(self, *, manual: bool) -> None:
        """Check whether a sale may go now; a manual close is not judged by its price.

        Raises:
            RefusedError: the market takes none.
            BrokerError: whether it does could not be read.

        """
        self.closed = None
        if self._guard.venue.lists_stocks:
            await self._check_session(manual=manual)
        if self._was_refused:
            await self._check_status()

    def is_breached(self) -> bool:
        """Return whether its guard is past its threshold or stop at the latest accepted mark; no price is no breach."""
        return self._breached(self._guard) is True

    async def has_closed(self) -> bool:
        """Return whether the stock market is closed, as the venue reports now; no answer is no close."""
        instrument = await self.instrument() if self._guard.venue.lists_stocks else None
        if instrument is None or instrument.asset_class is not AssetClass.STOCK:
            return False
        try:
            session = await self._market.fetch_session()
        except BrokerError:
            return False
        if session is None or session.is_open:
            return False
        self._missed_session = True
        return True

    async def is_halted(self) -> bool:
        """Return whether by the listing, read anew, an accepted order is not worked now.

        The next order waits until that is over.
        """
        await self._market.refresh_instruments()
        instrument = await self.instrument()
        is_halted = instrument is not None and not instrument.status.takes_exits
        self._was_refused |= is_halted
        return is_halted

    async def _check_status(self) -> None:
        await self._market.refresh_instruments()
        instrument = await self.instrument()
        if instrument is not None and not instrument.status.takes_exits:
            raise self._shut(f"{self.pair.symbol} is {instrument.status.value.replace('_', ' ')}")

    async def _check_session(self, *, manual: bool) -> None:
        instrument = await self.instrument()
        if instrument is None:
            raise self._shut("not known whether its market is open")
        if instrument.asset_class is not AssetClass.STOCK:
            return
        session = await self._market.session()
        if session is None or not is_settled(session, self._clock.now()):
            self._missed_session = True
            if session is None or not session.is_open:
                self.closed = Wait(is_closed=True, opens_at=session.next_open if session else None)
            raise self._shut("the stock market is closed")
        if self._missed_session and not manual and not self._breached(self._guard):
            # It was judged by another session's price.
            raise self._shut("the stock market has just opened, its price is not certain yet")

    def _shut(self, message: str) -> RefusedError:
        return RefusedError(self._guard.venue, message, RefusalReason.MARKET_UNAVAILABLE)
