"""What trading costs each account now: live fees and spreads where known, the table elsewhere."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from engine.brokers.base import Broker, FeeQuote
from engine.clock import Clock
from engine.errors import BrokerError
from engine.market import Markets
from engine.quotes import Quote
from engine.routing.fees import TABLE, FeeProfile, measure_spread, with_live
from engine.storage.database import Database
from engine.storage.records import KnownFee, KnownSpread
from engine.storage.repositories import routing as rows
from engine.venues import Account, Venue


class Costs:
    """Keeps the latest taker fee of each account and the latest spread of each instrument."""

    def __init__(
        self, *, database: Database, brokers: Mapping[str, Broker], markets: Markets, clock: Clock
    ) -> None:
        self._database = database
        self._brokers = brokers
        self._markets = markets
        self._clock = clock
        self._fees: dict[tuple[str, str], FeeQuote] = {}
        self._spreads: dict[tuple[Venue, str], tuple[Decimal, datetime]] = {}

    def profile(self, account: Account, symbol: str) -> FeeProfile:
        """Return what a trade costs, saying which figures are live."""
        fee = self._fees.get((account.account_id, symbol))
        spread = self._spreads.get((account.venue, symbol))
        profile = with_live(TABLE[account.venue], spread=spread[0] if spread else None)
        if fee is None:
            return profile
        # A venue's published schedule is nearer the truth than our table, but it is not the account's own.
        return replace(with_live(profile, taker=fee.taker), taker_live=fee.live)

    def taker(self, account: Account, symbol: str) -> Decimal:
        """Return the taker fee as a fraction."""
        return self.profile(account, symbol).taker

    async def restore(self) -> None:
        """Start from the figures the last process stored."""
        async with self._database.read() as session:
            for known in await rows.load_fees(session):
                self._fees[known.account.account_id, known.symbol] = known.quote
            for spread in await rows.load_spreads(session):
                self._spreads[spread.venue, spread.symbol] = (spread.spread, spread.at)

    async def ensure(self, account: Account, symbol: str) -> None:
        """Ask for the figures of a symbol that was never asked for."""
        if (account.account_id, symbol) not in self._fees:
            await self.refresh(account, {symbol})

    async def refresh(self, account: Account, symbols: set[str]) -> None:
        """Ask the venue for the account's fees and the spreads of some symbols; silence changes nothing."""
        broker = self._brokers[account.account_id]
        try:
            quotes = await self._markets[account.venue].quotes(symbols, max_age_s=10.0) if symbols else {}
            fees = {symbol: await broker.fetch_fee(symbol) for symbol in sorted(symbols)}
        except BrokerError:
            return
        await self._save(account, fees, quotes)

    async def _save(
        self, account: Account, fees: Mapping[str, FeeQuote], quotes: Mapping[str, Quote]
    ) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            for symbol, fee in fees.items():
                self._fees[account.account_id, symbol] = fee
                await rows.save_fee(session, KnownFee(account=account, symbol=symbol, quote=fee, at=now))
            for symbol, quote in quotes.items():
                spread = measure_spread(quote)
                if spread is not None:
                    self._spreads[account.venue, symbol] = (spread, now)
                    known = KnownSpread(venue=account.venue, symbol=symbol, spread=spread, at=now)
                    await rows.save_spread(session, known)
