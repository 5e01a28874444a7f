"""Gather the open orders of every account of a user; a broker that does not answer keeps what it listed last, with its age."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from engine.accounts.reader import AccountReader
from engine.accounts.service import SCREEN_WAIT_S
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.model.errors import BrokerError
from engine.model.orders import OpenOrders
from engine.model.venues import Account, Venue
from engine.orders.store import load_live_intents, load_order_ids
from engine.portfolio.open_orders import AccountOrders, OrdersOverview, assign_owners
from engine.storage.database import Database

_LATE = "its open orders did not come in time"


class OpenOrdersService:
    """Answers `/orders`, and gives `/cancel` its facts."""

    def __init__(
        self, *, reader: AccountReader, brokers: Mapping[str, Broker], database: Database, clock: Clock
    ) -> None:
        self._reader = reader
        self._brokers = brokers
        self._database = database
        self._clock = clock
        #: By account, as they were listed last.
        self._last: dict[str, AccountOrders] = {}

    async def fetch_orders(self, user_id: int, venue: Venue | None = None) -> OrdersOverview:
        """Return what may still fill in every account of a user, or in those at one venue."""
        accounts = [one for one in self._reader.accounts(user_id) if venue in {None, one.venue}]
        listed = await asyncio.gather(*(self.fetch_account_orders(account) for account in accounts))
        return OrdersOverview(accounts=tuple(listed), as_of=self._clock.now())

    async def fetch_account_orders(self, account: Account) -> AccountOrders:
        """Return what may still fill in one account."""
        opened = await self._list(account)
        if isinstance(opened, str):
            last = self._last.get(account.account_id) or AccountOrders(account=account, as_of=None)
            return replace(last, error=opened)
        async with self._database.read() as session:
            our_ids = await load_order_ids(session, account.account_id)
            live = await load_live_intents(session)
        orders = assign_owners(account, opened, our_ids=our_ids, live=live)
        listed = AccountOrders(
            account=account, orders=orders, unreadable=opened.unreadable, as_of=self._clock.now()
        )
        self._last[account.account_id] = listed
        return listed

    async def _list(self, account: Account) -> OpenOrders | str:
        """Return an account's open orders, or why they are not known."""
        try:
            async with asyncio.timeout(SCREEN_WAIT_S):
                return await self._brokers[account.account_id].fetch_open_orders()
        except BrokerError as e:
            return e.message
        except TimeoutError:
            return _LATE
