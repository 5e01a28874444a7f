"""Fills read from the venues, newest first, only until they explain what is held today."""

from collections.abc import Mapping
from dataclasses import replace

from engine.brokers.base import Broker
from engine.clock import Clock
from engine.cost_basis import CostBasis, History
from engine.errors import BrokerError
from engine.money import is_cash
from engine.orders import Fill
from engine.positions import AccountReport, Holding
from engine.storage.database import Database
from engine.storage.records import FillCursor
from engine.storage.repositories import fills as rows
from engine.venues import Account

#: Older pages read per account and turn; the rest follows on the next one.
PAGES_A_TURN = 3

#: New pages read before giving up on meeting what is known; a busy account takes several turns.
NEW_PAGES_MAX = 20


class Histories:
    """Keeps each account's fills and the cost basis of everything it holds."""

    def __init__(self, *, database: Database, brokers: Mapping[str, Broker], clock: Clock) -> None:
        self._database = database
        self._brokers = brokers
        self._clock = clock
        self._bases: dict[tuple[str, str], CostBasis] = {}

    def basis(self, account_id: str, asset: str) -> CostBasis | None:
        """Return what is known of an asset's cost; None until the account's history was looked at."""
        return self._bases.get((account_id, asset))

    def is_explained(self, report: AccountReport) -> bool:
        """Tell whether reading further back could not change any cost."""
        account_id = report.account.account_id
        bases = [self._bases.get((account_id, holding.asset)) for holding in _positions(report)]
        return all(basis is not None and basis.complete for basis in bases)

    async def catch_up(self, account: Account) -> tuple[Fill, ...]:
        """Read the newest fills until they meet the known ones; return those that are new, oldest first.

        Raises:
            BrokerError: the venue does not tell.

        """
        broker, cursor, found = self._brokers[account.account_id], None, list[Fill]()
        is_first_reading = await self._load_cursor(account) is None
        for _ in range(1 if is_first_reading else NEW_PAGES_MAX):
            page = await broker.fetch_fills(cursor=cursor)
            new = await self._save(account, page.fills)
            found += new
            cursor = page.next_cursor
            if cursor is None or len(new) < len(page.fills):
                break
        if is_first_reading:
            await self._save_cursor(account, cursor)
        return tuple(sorted(found, key=lambda fill: fill.at))

    async def explain(self, report: AccountReport) -> None:
        """Work out the cost of every holding, reading further back where fills do not reach."""
        account = report.account
        for _ in range(PAGES_A_TURN):
            if not await self._work_out(report):
                return
            if not await self._read_older(account):
                break
        await self._work_out(report)

    async def _work_out(self, report: AccountReport) -> bool:
        """Return whether some holding needs older fills."""
        account_id = report.account.account_id
        async with self._database.read() as session:
            reached = await rows.load_cursor(session, account_id)
            at_beginning = reached is not None and reached.complete
            needs_more = False
            for holding in _positions(report):
                known = await rows.load_fills(session, account_id, asset=holding.asset)
                history = History(asset=holding.asset, quantity=holding.total).with_page(
                    known, is_last=at_beginning
                )
                basis = history.basis()
                self._bases[account_id, holding.asset] = replace(
                    basis, complete=basis.complete or at_beginning
                )
                needs_more = needs_more or history.needs_more
        return needs_more

    async def _read_older(self, account: Account) -> bool:
        reached = await self._load_cursor(account)
        if reached is None or reached.complete:
            return False
        try:
            page = await self._brokers[account.account_id].fetch_fills(cursor=reached.cursor)
        except BrokerError:
            return False
        await self._save(account, page.fills)
        await self._save_cursor(account, page.next_cursor)
        return True

    async def _save(self, account: Account, fills: tuple[Fill, ...]) -> tuple[Fill, ...]:
        async with self._database.write() as session:
            return await rows.save_fills(
                session, account.account_id, account.user_id, fills, seen_at=self._clock.now()
            )

    async def _save_cursor(self, account: Account, cursor: str | None) -> None:
        async with self._database.write() as session:
            await rows.save_cursor(
                session,
                FillCursor(
                    account_id=account.account_id,
                    user_id=account.user_id,
                    cursor=cursor,
                    complete=cursor is None,
                    updated_at=self._clock.now(),
                ),
            )

    async def _load_cursor(self, account: Account) -> FillCursor | None:
        async with self._database.read() as session:
            return await rows.load_cursor(session, account.account_id)


def _positions(report: AccountReport) -> tuple[Holding, ...]:
    return tuple(holding for holding in report.holdings if holding.total > 0 and not is_cash(holding.asset))
