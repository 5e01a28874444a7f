"""Public market data shared by all accounts: each instrument is asked for once per venue."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from engine.brokers.base import MarketData, Session
from engine.clock import Clock
from engine.errors import BrokerError
from engine.instruments import Instrument
from engine.quotes import OrderBook, Quote
from engine.venues import Venue

#: Listings change rarely; a refresh also picks up cancel-only and other states.
INSTRUMENTS_MAX_AGE_S = 3600.0
SESSION_MAX_AGE_S = 30.0


class VenueMarket:
    """One venue's listings and the latest quotes, kept for whoever asks next."""

    def __init__(self, *, data: MarketData, clock: Clock) -> None:
        self.data = data
        self._clock = clock
        self._instruments: Mapping[str, Instrument] = {}
        self._instruments_at: float | None = None
        self._quotes: dict[str, Quote] = {}
        self._session: Session | None = None
        self._session_at: float | None = None
        self._lock = asyncio.Lock()

    @property
    def venue(self) -> Venue:
        """Return the venue it speaks for."""
        return self.data.venue

    async def instruments(self) -> Mapping[str, Instrument]:
        """Return the listings; old ones stand in while the venue does not answer."""
        async with self._lock:
            if self._stale_listings():
                try:
                    self._instruments = await self.data.fetch_instruments()
                    self._instruments_at = self._clock.monotonic()
                except BrokerError:
                    if not self._instruments:
                        raise
            return self._instruments

    async def quotes(self, symbols: Collection[str], *, max_age_s: float) -> Mapping[str, Quote]:
        """Return quotes at most `max_age_s` old, asking the venue only for the others."""
        oldest = self._clock.now() - timedelta(seconds=max_age_s)
        missing = {symbol for symbol in symbols if not self._is_fresh(symbol, oldest)}
        if missing:
            self._quotes.update(await self.data.fetch_quotes(missing))
        return {
            symbol: self._quotes[symbol]
            for symbol in symbols
            if symbol in self._quotes and self._quotes[symbol].at >= oldest
        }

    async def fetch_quotes(self, symbols: Collection[str]) -> Mapping[str, Quote]:
        """Ask the venue now, whatever is kept."""
        fresh = await self.data.fetch_quotes(symbols)
        self._quotes.update(fresh)
        return fresh

    async def book(self, symbol: str) -> OrderBook:
        """Return the order book as it is now."""
        return await self.data.fetch_book(symbol)

    async def session(self) -> Session | None:
        """Return the stock session, asked for at most twice a minute; None where there are no stocks."""
        at = self._session_at
        if at is None or self._clock.monotonic() - at > SESSION_MAX_AGE_S:
            self._session = await self.data.fetch_session()
            self._session_at = self._clock.monotonic()
        return self._session

    def _is_fresh(self, symbol: str, oldest: datetime) -> bool:
        quote = self._quotes.get(symbol)
        return quote is not None and quote.at >= oldest

    def _stale_listings(self) -> bool:
        at = self._instruments_at
        return at is None or self._clock.monotonic() - at > INSTRUMENTS_MAX_AGE_S


Markets = Mapping[Venue, VenueMarket]
