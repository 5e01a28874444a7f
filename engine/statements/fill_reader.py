"""Gather every known fill of a user, with the fees that were booked since."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from engine import wall_time
from engine.clock import Clock
from engine.model.money import ZERO
from engine.model.orders import Fill, VenueOrderId
from engine.orders.fills_store import load_cursor
from engine.orders.intents import Intent, IntentKind
from engine.orders.store import load_of_orders
from engine.orders.traded_store import read_traded
from engine.statements.export import ExportedAccount, ExportedFill, FillsExport, with_booked_fees
from engine.statements.fill_pages import PAGE, read_fills
from engine.statements.periods import ALL_TIME
from engine.storage.database import Database
from engine.storage.session import DatabaseSession
from engine.users.accounts import StoredAccount
from engine.users.store import load_accounts

#: A statement takes no more than so many thousand values.
ORDERS_A_QUERY = 500
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
        found = await read_fills(self._database, user_id, ALL_TIME, page=self._page)
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

    async def _with_booked_fees(self, account: StoredAccount, fills: Sequence[Fill]) -> Sequence[Fill]:
        orders = {fill.venue_order_id for fill in fills if fill.fee is None}
        waiting = [fill for fill in fills if fill.venue_order_id in orders]
        if not waiting:
            return fills
        intents = list[Intent]()
        for some in _parts(sorted(orders), ORDERS_A_QUERY):
            async with self._database.read() as session:
                intents += await load_of_orders(session, account.account_id, some)
        booked = {fill.trade_id: fill for fill in with_booked_fees(waiting, intents)}
        return [booked.get(fill.trade_id, fill) for fill in fills]


def _parts(whole: Sequence[VenueOrderId], size: int) -> Iterator[Sequence[VenueOrderId]]:
    return (whole[first : first + size] for first in range(0, len(whole), size))


async def _is_complete(session: DatabaseSession, account: StoredAccount) -> bool:
    cursor = await load_cursor(session, account.account_id)
    return cursor is not None and cursor.complete
