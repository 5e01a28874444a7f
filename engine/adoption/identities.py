"""Whether the key of the settings still opens the account that its guards were set for."""

from collections.abc import Mapping
from functools import partial

import structlog

from engine.adoption import identities_store as rows
from engine.adoption.identities_store import Identity, KnownTrade
from engine.adoption.other_account import set_aside
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.model.errors import BrokerError, RefusalReason, RefusedError
from engine.model.orders import VenueOrderId
from engine.model.venues import Account
from engine.orders.journal import Journal
from engine.storage.database import Database
from engine.tasks import Tasks
from engine.users.accounts import StoredAccount

#: So many of the newest known trades are looked for where the venue does not name its accounts.
TRADES_LOOKED_FOR = 5

log = structlog.get_logger(__name__)


class Identities:
    """Lets exits of an account go as soon as it is certain that it is the account they are for.

    A key that is the same as before needs no question. For a new one the account's name is read from the venue;
    where there is none, it is the same account if it knows a trade that was made before.
    """

    def __init__(
        self,
        *,
        database: Database,
        accounts: Mapping[str, StoredAccount],
        brokers: Mapping[str, Broker],
        known: Mapping[str, Identity],
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._brokers = brokers
        self._clock = clock
        self._journal = Journal(database=database, clock=clock)
        self._tasks = tasks
        self._known = dict(known)
        self._unsettled = {
            account_id
            for account_id, identity in known.items()
            if account_id in accounts and accounts[account_id].key_fingerprint != identity.key_fingerprint
        }
        self._unnamed = {
            account_id
            for account_id in accounts
            if account_id not in known or known[account_id].venue_account is None
        }

    def is_settled(self, account_id: str) -> bool:
        """Return whether it is certain which account the key opens."""
        return account_id not in self._unsettled

    def look(self) -> None:
        """Check every account that is not certain; a failing one does not hold up the others."""
        for account_id in self._unsettled:
            self._tasks.spawn(f"identity {account_id}", partial(self._settle, account_id))

    async def after_reading(self, account: Account) -> bool:
        """Return whether what was read may be compared with what is known of the account."""
        if not self.is_settled(account.account_id):
            await self._settle(account.account_id)
        elif account.account_id in self._unnamed:
            await self._learn_name(account.account_id)
        return self.is_settled(account.account_id)

    async def _learn_name(self, account_id: str) -> None:
        """Store the venue's name of an account once, for when its key changes."""
        try:
            name = await self._brokers[account_id].fetch_account_name()
        except BrokerError:
            return
        self._unnamed.discard(account_id)
        if name is not None:
            await self._keep(account_id, name)

    async def _settle(self, account_id: str) -> None:
        try:
            name = await self._brokers[account_id].fetch_account_name()
            before = self._known[account_id].venue_account
            is_same = name == before if name and before else await self._knows_a_trade(account_id)
        except BrokerError as e:
            log.warning(
                "the key has changed and its account cannot be read yet", account=account_id, why=str(e)
            )
            return
        if account_id not in self._unsettled:
            return
        if not is_same:
            async with self._database.write() as session:
                await set_aside(session, account_id, journal=self._journal, now=self._clock.now())
            log.error("the key opens another account; its guards are paused", account=account_id)
        await self._keep(account_id, name)
        self._unsettled.discard(account_id)

    async def _knows_a_trade(self, account_id: str) -> bool:
        async with self._database.read() as session:
            known = await rows.load_newest_trades(session, account_id, most=TRADES_LOOKED_FOR)
        if not known:
            return False
        page = await self._brokers[account_id].fetch_fills()
        if {fill.trade_id for fill in page.fills} & {trade.trade_id for trade in known}:
            return True
        for trade in {trade.venue_order_id: trade for trade in known}.values():
            if await self._knows_order(account_id, trade):
                return True
        return False

    async def _knows_order(self, account_id: str, trade: KnownTrade) -> bool:
        try:
            await self._brokers[account_id].fetch_order(VenueOrderId(trade.venue_order_id), trade.symbol)
        except RefusedError as e:
            if e.reason is RefusalReason.UNKNOWN_ORDER:
                return False
            raise
        return True

    async def _keep(self, account_id: str, name: str | None) -> None:
        identity = Identity(key_fingerprint=self._accounts[account_id].key_fingerprint, venue_account=name)
        async with self._database.write() as session:
            await rows.save_identity(session, account_id, identity)
        self._known[account_id] = identity
