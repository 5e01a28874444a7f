"""Gather what a user sold at the venues past NIJA, at average cost; NIJA's own sales have their records."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from engine.accounts.disposals import Disposal, disposals, is_disposal
from engine.accounts.reports import Reports
from engine.model.money import ZERO, is_cash
from engine.model.orders import Fill
from engine.orders.fills_store import load_cursor, load_usd_rates
from engine.orders.store import load_order_ids
from engine.statements.fill_pages import FoundFills, read_fills
from engine.statements.periods import ALL_TIME
from engine.statements.sales import Sale, WhyUnknown, join_orders, sale_of_disposal
from engine.storage.database import Database
from engine.users.accounts import StoredAccount


class OwnerSales:
    """Reads stored trades that are none of NIJA's; no venue is queried."""

    def __init__(self, *, database: Database, reports: Reports) -> None:
        self._database = database
        self._reports = reports

    async def read(
        self, user_id: int, stored: Sequence[StoredAccount], found: FoundFills
    ) -> tuple[Sale, ...]:
        """Return one sale an order, of the orders that are none of NIJA's."""
        mine = {one.account_id: await self._owners_fills(one.account_id, found) for one in stored}
        if not any(mine.values()):
            return ()
        # What was sold in the span may have been bought at any time before.
        known = await read_fills(self._database, user_id, ALL_TIME)
        sales = list[Sale]()
        for account in stored:
            account_id = account.account_id
            sales += await self._sales_of(account, mine[account_id], known.of(account_id))
        return tuple(sales)

    async def _owners_fills(self, account_id: str, found: FoundFills) -> Sequence[Fill]:
        async with self._database.read() as session:
            ours = await load_order_ids(session, account_id)
        return [
            fill
            for fill in found.of(account_id)
            if fill.venue_order_id not in ours and (fill.margin or _given_away([fill]))
        ]

    async def _sales_of(
        self, account: StoredAccount, mine: Sequence[Fill], known: Sequence[Fill]
    ) -> tuple[Sale, ...]:
        account_id = account.account_id
        sales = [(fill.venue_order_id, _margin_trade(account_id, fill)) for fill in mine if fill.margin]
        async with self._database.read() as session:
            cursor = await load_cursor(session, account_id)
            rates = await load_usd_rates(session, account_id)
        wanted = {fill.trade_id for fill in mine}
        for asset in _given_away(mine):
            work_out = partial(
                disposals,
                asset,
                known,
                held=self._held(account_id, asset),
                at_beginning=cursor is not None and cursor.complete,
                usd_rates=rates,
            )
            # Thousands of fills of each coin take a while, and everything else goes on meanwhile.
            found = await asyncio.to_thread(_all_of, work_out)
            sales += (
                (
                    one.fill.venue_order_id,
                    sale_of_disposal(one, account_id, account.venue, rates.get(one.fill.trade_id)),
                )
                for one in found
                if one.fill.trade_id in wanted
            )
        return join_orders(sales)

    def _held(self, account_id: str, asset: str) -> Decimal | None:
        report = self._reports.latest(account_id)
        if report is None:
            return None
        return next((one.total for one in report.holdings if one.asset == asset), ZERO)


def _all_of(work_out: Callable[[], Iterator[Disposal]]) -> tuple[Disposal, ...]:
    return tuple(work_out())


def _given_away(fills: Sequence[Fill]) -> list[str]:
    """Return the assets that fills gave away against payment; what is cash is paid, not sold."""
    sides = {(asset, fill) for fill in fills for asset in (fill.base, fill.quote)}
    return sorted({asset for asset, fill in sides if not is_cash(asset) and is_disposal(asset, fill)})


def _margin_trade(account_id: str, fill: Fill) -> Sale:
    return Sale(
        account_id=account_id,
        at=fill.at,
        currency=fill.quote,
        realised=None,
        why_unknown=WhyUnknown.MARGIN,
        is_owners=True,
    )
