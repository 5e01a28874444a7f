"""The real engine with many Kraken accounts, built as the bot builds it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.venue import SECRET, key_of
from bot.bootstrap.engine import build_engine
from bot.bootstrap.foundation import Foundation, open_foundation
from bot.configuration.settings import Settings
from bot.storage.upkeep import migrate
from engine.brokers.base import Broker
from engine.brokers.kraken import KrakenMarketData, connect_kraken
from engine.brokers.streams.price_stream import PriceStream
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from engine.engine import Engine
from engine.market.feed import VenueMarket
from engine.model.venues import Account, Venue
from engine.nonce.fingerprint import key_fingerprint
from engine.users import store as users_store
from engine.users.accounts import KeyOrigin, StoredAccount

OWNER_ID = 1


def account_of(number: int) -> Account:
    """The account behind a key of the venue process."""
    return Account(account_id=f"bench-{number}", user_id=OWNER_ID, venue=Venue.KRAKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What an engine is built from, again and again on the same database and connections."""

    settings: Settings
    base: Foundation
    market: KrakenMarketData
    accounts: int

    def build(self, streams: Sequence[PriceStream] = ()) -> tuple[Foundation, Engine]:
        """Build an engine that has read nothing yet and has every key's rate budget untouched."""
        brokers = {account_of(n).account_id: self._connect(n) for n in range(self.accounts)}
        market = VenueMarket(data=self.market, clock=self.base.clock, streams=streams)
        base = replace(self.base, brokers=brokers, markets={Venue.KRAKEN: market})
        return base, build_engine(self.settings, base, AsyncExitStack())

    def _connect(self, number: int) -> Broker:
        key = key_of(number)
        fingerprint, nonces = key_fingerprint(key), self.base.nonces
        return connect_kraken(
            account_of(number),
            key,
            SECRET,
            market=self.market,
            clock=self.base.clock,
            next_nonce=partial(nonces.next_nonce, fingerprint),
            reserve_nonce=lambda connection: nonces.reserve(connection, fingerprint),
        )


@asynccontextmanager
async def open_room(url: str, *, accounts: int) -> AsyncIterator[Room]:
    """Open a new database and connections to the venue."""
    clock = SystemClock()
    with TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder), owner_ids=(OWNER_ID,))
        await asyncio.to_thread(migrate, settings, clock)
        async with AsyncExitStack() as resources:
            base = await open_foundation(settings, clock, resources)
            await _save_accounts(base, accounts)
            http = Http.open(clock)
            resources.push_async_callback(http.close)
            market = KrakenMarketData(http=http, clock=clock, url=url)
            yield Room(settings=settings, base=base, market=market, accounts=accounts)


async def _save_accounts(base: Foundation, accounts: int) -> None:
    async with base.database.write() as session:
        for number in range(accounts):
            account = account_of(number)
            stored = StoredAccount(
                account_id=account.account_id,
                user_id=account.user_id,
                venue=account.venue,
                label=account.venue.label,
                origin=KeyOrigin.ENVIRONMENT,
                key_fingerprint=key_fingerprint(key_of(number)),
                created_at=base.clock.now(),
            )
            await users_store.save_account(session, stored)
