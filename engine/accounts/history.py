"""Fills read from the venues, newest first, only until they explain what is held today."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from engine import wall_time
from engine.accounts.cost_basis import CostBasis, History, UsdRates
from engine.brokers.base import Broker, FillPage
from engine.brokers.defects import no_defect_escapes
from engine.clock import Clock
from engine.failures import Failures
from engine.market.feed import Markets
from engine.market.rates import PastRates, Payment
from engine.model.errors import BrokerError
from engine.model.holdings import AccountReport
from engine.model.movements import paid_in
from engine.model.orders import Fill
from engine.model.venues import Account
from engine.orders import fills_store as rows
from engine.orders.fills_store import FillCursor
from engine.storage.database import Database
from engine.storage.session import DatabaseSession

#: Older pages read per account and turn; the rest follows on the next one.
PAGES_A_TURN = 3

#: New pages read per account and turn; a busy account takes several turns to reach known fills.
NEW_PAGES_A_TURN = 20

#: Fills stored in one transaction: an exit must not wait long for the only writer.
FILLS_A_WRITE = 50

#: How much later than newer fills a venue may report one.
LATE_FILL_MARGIN = timedelta(minutes=2)


class Histories:
    """Keeps each account's fills and the cost basis of everything it holds."""

    def __init__(
        self, *, database: Database, brokers: Mapping[str, Broker], markets: Markets, clock: Clock
    ) -> None:
        self._database = database
        self._brokers = brokers
        self._clock = clock
        self._rates = PastRates(markets=markets, clock=clock)
        self._bases: dict[tuple[str, str], CostBasis] = {}
        #: By account: purchases whose dollar rate may still be found.
        self._unrated: dict[str, tuple[Payment, ...]] = {}
        #: By account: fills read so far that do not reach known ones yet, for the next turn to continue.
        self._reads: dict[str, _BackwardRead] = {}
        #: By account: stored, but not returned yet.
        self._unreported: dict[str, list[Fill]] = {}
        #: By account: when the newest fill happened up to which nothing is missing.
        self._known_until: dict[str, datetime] = {}

    def basis(self, account_id: str, asset: str) -> CostBasis | None:
        """Return what is known of an asset's cost; None until the account's history was looked at."""
        return self._bases.get((account_id, asset))

    def is_explained(self, report: AccountReport) -> bool:
        """Return whether neither older fills nor past rates could change any cost."""
        account_id = report.account.account_id
        if self._unrated.get(account_id):
            return False
        bases = [self._bases.get((account_id, holding.asset)) for holding in report.spot_positions]
        return all(basis is not None and basis.complete for basis in bases)

    async def catch_up(self, account: Account) -> tuple[Fill, ...] | None:
        """Read the newest fills until they meet the known ones; return those that are new, oldest first.

        None means that more happened than one turn can read: the next one goes on. Nothing is stored before
        it meets what is known, because a gap would be taken for the end of what is new.

        Raises:
            BrokerError: the venue failed; the next turn goes on where this one stopped.

        """
        account_id = account.account_id
        if await self._load_cursor(account) is None:
            return await self._begin(account)
        is_up_to_date = account_id not in self._reads
        for _ in range(NEW_PAGES_A_TURN):
            read = self._reads.get(account_id) or await self._start(account_id)
            if not read.add_page(await self._fetch_page(account, read.cursor)):
                continue
            del self._reads[account_id]
            await self._store(account, read.fills)
            if is_up_to_date:
                return _oldest_first(self._unreported.pop(account_id, ()))
            # It began on an earlier turn: what happened since then is still to be read.
            is_up_to_date = True
        return None

    async def explain(self, report: AccountReport) -> None:
        """Work out the cost of every holding, requesting the older fills and the past rates that it takes.

        Raises:
            ExceptionGroup: what a coin's cost failed at; it is not known then, and those of the others are.

        """
        failures = await self._reach_back(report)
        with failures.turn_of("past rates"):
            if await self._rate(report.account):
                failures, _ = await self._work_out(report)
        failures.raise_together("some costs could not be worked out")

    async def _reach_back(self, report: AccountReport) -> Failures:
        for _ in range(PAGES_A_TURN):
            failures, needs_more = await self._work_out(report)
            if not needs_more:
                return failures
            if not await self._read_older(report.account):
                break
        failures, _ = await self._work_out(report)
        return failures

    async def _rate(self, account: Account) -> bool:
        """Fetch the dollar rates of purchases in other currencies; return whether any was missing."""
        account_id = account.account_id
        unrated = self._unrated.get(account_id, ())
        if not unrated:
            return False
        found = await self._rates.fetch(account, unrated)
        if found:
            async with self._database.write_history() as session:
                for trade_id, rate in found.items():
                    await rows.save_usd_rate(session, account_id, trade_id, rate)
        return True

    async def _begin(self, account: Account) -> tuple[Fill, ...]:
        page = await self._fetch_page(account)
        async with self._database.write_history() as session:
            await rows.save_cursor(session, self._cursor(account, page.next_cursor))
            new = await self._add(session, account, page.fills)
        return _oldest_first(new)

    async def _start(self, account_id: str) -> "_BackwardRead":
        known_until = self._known_until.get(account_id)
        if known_until is None:
            async with self._database.read() as session:
                # A sale's own fills are stored with its end, whatever happened before it.
                known_until = await rows.load_newest_external_trade(session, account_id)
        until = wall_time.before(known_until, LATE_FILL_MARGIN) if known_until else None
        read = self._reads[account_id] = _BackwardRead(until=until)
        return read

    async def _store(self, account: Account, fills: Sequence[Fill]) -> None:
        """Store the fills that were read, oldest first: a process that dies meanwhile leaves no gap behind."""
        account_id = account.account_id
        ordered = _oldest_first(fills)
        for first in range(0, len(ordered), FILLS_A_WRITE):
            some = ordered[first : first + FILLS_A_WRITE]
            self._unreported.setdefault(account_id, []).extend(await self._save(account, some))
        if ordered:
            self._known_until[account_id] = ordered[-1].at

    async def _work_out(self, report: AccountReport) -> tuple[Failures, bool]:
        """Return what failed, and whether some holding needs older fills."""
        account_id = report.account.account_id
        failures, needs_more, unrated = Failures(), False, list[Payment]()
        async with self._database.read() as session:
            reached = await rows.load_cursor(session, account_id)
            at_beginning = reached is not None and reached.complete
            rates = await rows.load_usd_rates(session, account_id)
            for holding in report.spot_positions:
                # Thousands of fills of each coin: others have their turn in between.
                await asyncio.sleep(0)
                known = await rows.load_fills(session, account_id, asset=holding.asset)
                # The basis of an earlier quantity does not apply to this one.
                self._bases.pop((account_id, holding.asset), None)
                with failures.turn_of(f"what {holding.asset} cost"):
                    history = History(asset=holding.asset, quantity=holding.total).with_page(
                        known, is_last=at_beginning
                    )
                    basis = history.basis(rates)
                    needs_more = needs_more or history.needs_more
                    unrated += _payments(history, rates)
                    self._bases[account_id, holding.asset] = replace(
                        basis, complete=basis.complete or at_beginning
                    )
        self._unrated[account_id] = self._rates.open(report.account, unrated)
        return failures, needs_more

    async def _read_older(self, account: Account) -> bool:
        reached = await self._load_cursor(account)
        if reached is None or reached.complete:
            return False
        try:
            page = await self._fetch_page(account, reached.cursor)
        except BrokerError:
            return False
        async with self._database.write_history() as session:
            await self._add(session, account, page.fills)
            await rows.save_cursor(session, self._cursor(account, page.next_cursor))
        return True

    async def _fetch_page(self, account: Account, cursor: str | None = None) -> FillPage:
        with no_defect_escapes(account.venue):
            return await self._brokers[account.account_id].fetch_fills(cursor=cursor)

    async def _save(self, account: Account, fills: Sequence[Fill]) -> tuple[Fill, ...]:
        async with self._database.write() as session:
            return await self._add(session, account, fills)

    async def _add(
        self, session: DatabaseSession, account: Account, fills: Sequence[Fill]
    ) -> tuple[Fill, ...]:
        return await rows.save_fills(
            session, account.account_id, account.user_id, fills, seen_at=self._clock.now()
        )

    def _cursor(self, account: Account, cursor: str | None) -> FillCursor:
        return FillCursor(
            account_id=account.account_id,
            user_id=account.user_id,
            cursor=cursor,
            complete=cursor is None,
            updated_at=self._clock.now(),
        )

    async def _load_cursor(self, account: Account) -> FillCursor | None:
        async with self._database.read() as session:
            return await rows.load_cursor(session, account.account_id)


@dataclass(slots=True, kw_only=True)
class _BackwardRead:
    """Fills read from the newest backwards which do not reach known ones yet."""

    #: All fills before are known; None when none is.
    until: datetime | None
    cursor: str | None = None
    fills: list[Fill] = field(default_factory=list)

    def add_page(self, page: FillPage) -> bool:
        """Add a page; return whether it reaches known fills."""
        self.fills.extend(page.fills)
        self.cursor = page.next_cursor
        if page.next_cursor is None:
            return True
        return self.until is not None and any(wall_time.is_before(fill.at, self.until) for fill in page.fills)


def _payments(history: History, rates: UsdRates) -> Iterable[Payment]:
    """Return the purchases whose dollar rate is needed and not known."""
    return (
        Payment(trade_id=fill.trade_id, currency=paid_in(history.asset, fill), at=fill.at)
        for fill in history.fills_to_rate()
        if fill.trade_id not in rates
    )


def _oldest_first(fills: Iterable[Fill]) -> tuple[Fill, ...]:
    return wall_time.oldest_first(fills, at=lambda fill: fill.at)
