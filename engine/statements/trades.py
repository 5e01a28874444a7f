"""Gather what a user's accounts traded in a span: NIJA's own orders by the journal, all others by the fills."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from engine import wall_time
from engine.accounts.costs import Costs
from engine.accounts.reports import Reports
from engine.exits.audit import Audit, ExitRecord
from engine.model.money import ZERO
from engine.model.orders import Fill
from engine.orders.intents import Intent, IntentKind, IntentStep
from engine.orders.steps_store import load_readable_steps
from engine.orders.traded_store import read_traded
from engine.statements.charges import (
    Charge,
    charge_of_fill,
    charges_of_entry,
    charges_of_exit,
    counted_orders,
)
from engine.statements.fill_pages import FoundFills, read_fills
from engine.statements.periods import Span
from engine.statements.pnl import StatedAccount
from engine.statements.sales import Sale, sales_of_exit
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

    stored: tuple[StoredAccount, ...]
    accounts: tuple[StatedAccount, ...]
    #: All fills, those of NIJA's orders included.
    fills: FoundFills
    #: Of NIJA's exits.
    sales: tuple[Sale, ...]
    #: Of all trades.
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
        known = {account.account_id for account in stored}
        records = [one for one in exits.readable if one.intent.account_id in known]
        fills = [(account_id, fill) for (account_id, _), fill in found.fills.items() if account_id in known]
        # An account whose own row is damaged has no name; its trades are as good as unreadable.
        nameless = len(exits.readable) - len(records) + len(found.fills) - len(fills)
        buys = [(intent, steps) for intent, steps in entries.readable if intent.account_id in known]
        return Trades(
            accounts=tuple(self._stated(account, stored) for account in stored),
            stored=stored,
            fills=found,
            sales=tuple(sale for record in records for sale in sales_of_exit(record, span)),
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
