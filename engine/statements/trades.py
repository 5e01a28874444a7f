"""Gather what a user's accounts traded in a span: NIJA's own orders by the journal, all others by the fills."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from engine import wall_time
from engine.accounts.costs import Costs
from engine.accounts.disposals import Disposal, disposals, is_disposal
from engine.accounts.reports import Reports
from engine.exits.audit import Audit, ExitRecord
from engine.model.money import ZERO, is_cash
from engine.model.orders import Fill
from engine.orders.fills_store import load_cursor, load_fills, load_usd_rates
from engine.orders.intents import Intent, IntentKind, IntentStep
from engine.orders.steps_store import load_readable_steps
from engine.orders.store import load_order_ids
from engine.orders.traded_store import read_traded
from engine.statements.charges import (
    Charge,
    charge_of_fill,
    charges_of_entry,
    charges_of_exit,
    counted_orders,
)
from engine.statements.fill_pages import read_fills
from engine.statements.periods import Span
from engine.statements.pnl import StatedAccount
from engine.statements.sales import Sale, WhyUnknown, join_orders, sale_of_disposal, sales_of_exit
from engine.storage.database import Database
from engine.storage.readable import Read
from engine.storage.session import DatabaseSession
from engine.users.accounts import StoredAccount
from engine.users.store import load_accounts

#: How much earlier than its venue dates a fill our clock may have written down the end of its exit.
CLOCKS_APART = timedelta(days=1)


#: A buy of NIJA's with what is written down of it.
_Buy: TypeAlias = tuple[Intent, tuple[IntentStep, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trades:
    """What accounts traded in a span."""

    accounts: tuple[StatedAccount, ...]
    sales: tuple[Sale, ...]
    charges: tuple[Charge, ...]
    unreadable: int


class TradeReader:
    """Reads stored trades; no venue is queried."""

    def __init__(self, *, database: Database, audit: Audit, reports: Reports, costs: Costs) -> None:
        self._database = database
        self._audit = audit
        self._reports = reports
        self._costs = costs

    async def read(self, user_id: int, span: Span) -> Trades:
        """Return what a user's accounts traded in a span."""
        async with self._database.read() as session:
            stored = await load_accounts(session, user_id)
        # Before the exits: one that ends meanwhile has its record then, and its fill is taken for nobody else's.
        found = await read_fills(self._database, user_id, span)
        exits = await self._audit.fetch_traded(user_id, since=wall_time.before(span.since, CLOCKS_APART))
        async with self._database.read() as session:
            entries = await _read_entries(session, user_id, span)
            owners = [
                sale
                for account in stored
                for sale in await self._owners_sales(session, account, found.of(account.account_id))
            ]
        known = {account.account_id for account in stored}
        records = [one for one in exits.readable if one.intent.account_id in known]
        fills = [(account_id, fill) for (account_id, _), fill in found.fills.items() if account_id in known]
        # An account whose own row is damaged has no name; its trades are as good as unreadable.
        nameless = len(exits.readable) - len(records) + len(found.fills) - len(fills)
        buys = [(intent, steps) for intent, steps in entries.readable if intent.account_id in known]
        return Trades(
            accounts=tuple(self._stated(account, stored) for account in stored),
            sales=(*(sale for record in records for sale in sales_of_exit(record, span)), *owners),
            charges=tuple(self._charges(span, stored, fills, records, buys)),
            unreadable=sum(len(one.unreadable) for one in (found, exits, entries)) + nameless,
        )

    def _stated(self, account: StoredAccount, others: Collection[StoredAccount]) -> StatedAccount:
        is_only = sum(one.venue is account.venue for one in others) == 1
        report = self._reports.latest(account.account_id)
        return StatedAccount(
            account_id=account.account_id,
            venue=account.venue,
            label="" if is_only else account.label,
            read_at=None if report is None else report.at,
        )

    async def _owners_sales(
        self, session: DatabaseSession, account: StoredAccount, fills: Sequence[Fill]
    ) -> tuple[Sale, ...]:
        """Return one sale an order, of the orders that are none of NIJA's."""
        account_id, sales = account.account_id, list[tuple[str, Sale]]()
        ours = await load_order_ids(session, account_id)
        mine = [fill for fill in fills if fill.venue_order_id not in ours]
        sales += ((fill.venue_order_id, _margin_trade(account_id, fill)) for fill in mine if fill.margin)
        if not (assets := _given_away(mine)):
            return join_orders(sales)
        cursor = await load_cursor(session, account_id)
        rates = await load_usd_rates(session, account_id)
        wanted = {fill.trade_id for fill in mine}
        for asset in assets:
            work_out = partial(
                disposals,
                asset,
                await load_fills(session, account_id, asset=asset),
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

    def _charges(
        self,
        span: Span,
        stored: Sequence[StoredAccount],
        fills: Sequence[tuple[str, Fill]],
        exits: Sequence[ExitRecord],
        buys: Sequence[_Buy],
    ) -> Iterator[Charge]:
        counted = defaultdict[str, set[str]](set)
        for record in exits:
            yield from charges_of_exit(record, span)
            counted[record.intent.account_id] |= counted_orders(record.intent, record.steps, record.late)
        for intent, steps in buys:
            yield from charges_of_entry(intent, span)
            counted[intent.account_id] |= counted_orders(intent, steps)
        accounts: Mapping[str, StoredAccount] = {one.account_id: one for one in stored}
        for account_id, fill in fills:
            if fill.venue_order_id not in counted[account_id]:
                taker = self._costs.taker(accounts[account_id].account, fill.symbol).ratio
                yield charge_of_fill(account_id, fill, taker=taker)


async def _read_entries(session: DatabaseSession, user_id: int, span: Span) -> Read[_Buy]:
    since = wall_time.before(span.since, CLOCKS_APART)
    found = await read_traded(session, user_id, IntentKind.ENTRY, since=since)
    filled = [intent for intent in found.readable if intent.filled_quantity > ZERO]
    buys = [(intent, await load_readable_steps(session, intent.intent_id)) for intent in filled]
    return Read(tuple(buys), found.unreadable)


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
