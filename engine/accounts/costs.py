"""What trading costs each account now: live fees and spreads where known, the table elsewhere."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from engine import wall_time
from engine.accounts.costs_store import KnownFee, KnownSpread, load_fees, load_spreads, save_fee, save_spread
from engine.accounts.fees import TABLE, FeeProfile, TakerFee, measure_spread, with_live
from engine.brokers.base import Broker, FeeQuote
from engine.clock import Clock
from engine.market.feed import QUOTE_MAX_AGE_S, Markets, VenueMarket
from engine.model.errors import BrokerError
from engine.model.instruments import Instrument
from engine.model.quotes import Quote
from engine.model.venues import Account, Venue
from engine.storage.database import Database

#: Fees and spreads older than this are no longer called live.
LIVE_FOR = timedelta(hours=1)


class Costs:
    """Keeps the latest taker fee of each account and the latest spread of each instrument."""

    def __init__(
        self, *, database: Database, brokers: Mapping[str, Broker], markets: Markets, clock: Clock
    ) -> None:
        self._database = database
        self._brokers = brokers
        self._markets = markets
        self._clock = clock
        self._fees: dict[tuple[str, str], KnownFee] = {}
        self._spreads: dict[tuple[Venue, str], KnownSpread] = {}

    def profile(self, account: Account, symbol: str) -> FeeProfile:
        """Return what a trade costs, saying which figures are live; old ones are still better than the table."""
        fee = self._fees.get((account.account_id, symbol))
        spread = self._spreads.get((account.venue, symbol))
        profile = with_live(
            TABLE[account.venue],
            taker=fee.quote.taker if fee else None,
            spread=spread.spread if spread else None,
        )
        # A venue's published schedule is nearer the truth than our table, but it is not the account's own.
        is_own = fee is not None and fee.quote.live
        return replace(
            profile,
            taker_live=profile.taker_live and is_own and self._is_fresh(fee),
            spread_live=profile.spread_live and self._is_fresh(spread),
        )

    def taker(self, account: Account, symbol: str) -> TakerFee:
        """Return the taker fee; the account's own is that however long ago it was fetched."""
        fee = self._fees.get((account.account_id, symbol))
        is_own = fee is not None and fee.quote.live
        return TakerFee(ratio=self.profile(account, symbol).taker, is_own=is_own)

    async def restore(self) -> None:
        """Start from the figures the last process stored."""
        async with self._database.read() as session:
            for fee in await load_fees(session):
                self._fees[fee.account.account_id, fee.symbol] = fee
            for spread in await load_spreads(session):
                self._spreads[spread.venue, spread.symbol] = spread

    async def ensure(self, account: Account, symbol: str) -> None:
        """Request the figures of a symbol that was not requested lately."""
        fee = self._fees.get((account.account_id, symbol))
        spread = self._spreads.get((account.venue, symbol))
        if not (self._is_fresh(fee) and self._is_fresh(spread)):
            await self.refresh(account, {symbol})

    async def refresh(self, account: Account, symbols: set[str]) -> None:
        """Fetch the account's fees and the spreads of some symbols; without an answer nothing changes."""
        await self._save(
            account, await self._ask_fees(account, symbols), await self._ask_quotes(account, symbols)
        )

    async def _ask_fees(self, account: Account, symbols: set[str]) -> Mapping[str, FeeQuote]:
        try:
            return await self._brokers[account.account_id].fetch_fees(symbols)
        except BrokerError:
            return {}

    async def _ask_quotes(self, account: Account, symbols: set[str]) -> Mapping[str, Quote]:
        market = self._markets[account.venue]
        try:
            listed = await market.instruments()
            trading = {one for one in symbols if one not in listed or await _trades(market, listed[one])}
            return await market.quotes(trading, max_age_s=QUOTE_MAX_AGE_S)
        except BrokerError:
            return {}

    async def _save(
        self, account: Account, fees: Mapping[str, FeeQuote], quotes: Mapping[str, Quote]
    ) -> None:
        now = self._clock.now()
        async with self._database.write_history() as session:
            for symbol, quote in fees.items():
                fee = KnownFee(account=account, symbol=symbol, quote=quote, at=now)
                await save_fee(session, fee)
                self._fees[account.account_id, symbol] = fee
            for symbol, top in quotes.items():
                ratio = measure_spread(top)
                if ratio is not None:
                    spread = KnownSpread(venue=account.venue, symbol=symbol, spread=ratio, at=now)
                    await save_spread(session, spread)
                    self._spreads[account.venue, symbol] = spread

    def _is_fresh(self, known: KnownFee | KnownSpread | None) -> bool:
        return known is not None and wall_time.is_within(known.at, self._clock.now(), LIVE_FOR)


async def _trades(market: VenueMarket, instrument: Instrument) -> bool:
    """Return whether a spread is what a trade would pay: a closed market's is not, nor an unknown one."""
    try:
        return await market.in_session(instrument)
    except BrokerError:
        return False
