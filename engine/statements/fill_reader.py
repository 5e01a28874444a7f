"""Gather a user's known fills, some at a time: there may be tens of thousands, and exits have their turn in between."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine import wall_time
from engine.clock import Clock
from engine.model.money import ZERO
from engine.model.orders import Fill, VenueOrderId
from engine.orders.fills_store import AccountFill, load_cursor, read_fills_between
from engine.orders.intents import IntentKind
from engine.orders.store import load_of_orders
from engine.orders.traded_store import read_traded
from engine.statements.export import ExportedAccount, ExportedFill, FillsExport, with_booked_fees
from engine.storage.database import Database
from engine.storage.readable import Read
from engine.storage.session import DatabaseSession
from engine.users.accounts import StoredAccount
from engine.users.store import load_accounts
from engine.wall_time import END_OF_A_VENUE, FIRST_OF_A_VENUE

#: Fills read at a time.
PAGE = 500
#: An account is read far more often than that.
LATELY = timedelta(days=1)


class FillReader:
    """Reads stored fills; no venue is queried."""

    def __init__(self, *, database: Database, clock: Clock, page: int = PAGE) -> None:
        self._database = database
        self._clock = clock
        self._page = page

    async def read(self, user_id: int) -> FillsExport:
        """Return every known fill of a user, oldest first."""
        async with self._database.read() as session:
            accounts = await load_accounts(session, user_id)
            complete = [await _is_complete(session, account) for account in accounts]
        found = await self._read_all(user_id)
        booked = [
            ExportedFill(account_id=account.account_id, venue=account.venue, fill=fill)
            for account in accounts
            for fill in await self._with_booked_fees(account, found.of(account.account_id))
        ]
        orders = {fill.venue_order_id for fill in found.fills.values()}
        places = {key: place for place, key in enumerate(found.fills)}
        return FillsExport(
            accounts=tuple(
                ExportedAccount(account_id=one.account_id, venue=one.venue, is_complete=is_complete)
                for one, is_complete in zip(accounts, complete, strict=True)
            ),
            fills=tuple(sorted(booked, key=lambda one: places[one.account_id, one.fill.trade_id])),
            to_be_read=len(await self._filled_lately(user_id) - orders),
            unreadable=len(found.unreadable) + len(found.fills) - len(booked),
        )

    async def _filled_lately(self, user_id: int) -> set[VenueOrderId]:
        """Return the orders of NIJA's that filled within a day: the next reading of their account brings their fills."""
        since = wall_time.before(self._clock.now(), LATELY)
        async with self._database.read() as session:
            found = [await read_traded(session, user_id, kind, since=since) for kind in IntentKind]
        intents = [intent for read in found for intent in read.readable if intent.filled_quantity > ZERO]
        return {intent.venue_order_id for intent in intents if intent.venue_order_id is not None}

    async def _read_all(self, user_id: int) -> "_Found":
        found, since, most = _Found(), FIRST_OF_A_VENUE, self._page
        while True:
            async with self._database.read() as session:
                page = await read_fills_between(session, user_id, since, END_OF_A_VENUE, most=most)
            last = found.add(page)
            if last is None or len(page.readable) < most:
                return found
            # More than a page of one instant are read with a larger one.
            since, most = (since, most * 2) if last == since else (last, self._page)
            await asyncio.sleep(0)

    async def _with_booked_fees(self, account: StoredAccount, fills: Sequence[Fill]) -> Sequence[Fill]:
        orders = {fill.venue_order_id for fill in fills if fill.fee is None}
        waiting = [fill for fill in fills if fill.venue_order_id in orders]
        if not waiting:
            return fills
        async with self._database.read() as session:
            intents = await load_of_orders(session, account.account_id, orders)
        booked = {fill.trade_id: fill for fill in with_booked_fees(waiting, intents)}
        return [booked.get(fill.trade_id, fill) for fill in fills]


@dataclass(slots=True, kw_only=True)
class _Found:
    """What pages that overlap have brought, each once."""

    fills: dict[tuple[str, str], Fill] = field(default_factory=dict)
    unreadable: set[tuple[object, ...]] = field(default_factory=set)
    _by_account: dict[str, list[Fill]] = field(default_factory=lambda: defaultdict(list))

    def add(self, page: Read[AccountFill]) -> datetime | None:
        """Add a page; return when its last fill happened, None where it has none."""
        self.unreadable.update(row.key for row in page.unreadable)
        for one in page.readable:
            key = (one.account_id, one.fill.trade_id)
            if key not in self.fills:
                self.fills[key] = one.fill
                self._by_account[one.account_id].append(one.fill)
        return page.readable[-1].fill.at if page.readable else None

    def of(self, account_id: str) -> Sequence[Fill]:
        return self._by_account[account_id]


async def _is_complete(session: DatabaseSession, account: StoredAccount) -> bool:
    cursor = await load_cursor(session, account.account_id)
    return cursor is not None and cursor.complete
