"""The engine: everything between the venues and the chat, from its start to its end."""

import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import structlog

from engine.accounts.account_updates import AccountUpdates
from engine.accounts.costs import Costs
from engine.accounts.live_accounts import LiveAccounts
from engine.accounts.reader import AccountReader
from engine.accounts.service import BalanceService
from engine.adoption.identities import Identities
from engine.brokers.base import Broker
from engine.entries.execute import Buys
from engine.entries.halts import HaltSwitch
from engine.entries.late_buys import LateBuys
from engine.entries.preferences import EntryPreferences
from engine.entries.service import USUAL_SYMBOL, EntryService
from engine.exits.audit import Audit
from engine.exits.execute import Exits
from engine.failures import Failures
from engine.market.feed import Markets
from engine.model.venues import Account
from engine.offers.buying import BuyingService
from engine.offers.cancelling import CancelService
from engine.offers.closing import ClosingService
from engine.offers.guarding import GuardService
from engine.offers.levels import LevelService
from engine.offers.panic import PanicService
from engine.offers.paper_reset import PaperResets
from engine.orders.late_fees import LateFees
from engine.portfolio.open_orders_service import OpenOrdersService
from engine.portfolio.service import PortfolioService
from engine.statements.service import Statements
from engine.sync.account_sync import AccountSync
from engine.sync.unreadable import UnreadableRecords
from engine.tasks import Tasks
from engine.watch.watch import Watch
from engine.watch.watch_log import WatchLog

#: Guards are brought up to date after that long, however long a venue takes to report its fees.
FIRST_COSTS_S = 5.0
#: The part of the interval between snapshots over which their readings are spread.
SPREAD_RATIO = 0.8

log = structlog.get_logger(__name__)


@dataclass(kw_only=True, eq=False)
class Engine:
    """Starts, reads, guards, drains and closes; its public parts answer the chat."""

    brokers: Mapping[str, Broker]
    markets: Markets
    reader: AccountReader
    portfolio: PortfolioService
    balances: BalanceService
    open_orders: OpenOrdersService
    sync: AccountSync
    updates: AccountUpdates
    live_accounts: LiveAccounts
    watch: Watch
    watch_log: WatchLog
    exits: Exits
    identities: Identities
    costs: Costs
    late_fees: LateFees
    unreadable: UnreadableRecords
    tasks: Tasks
    guards: GuardService
    closing: ClosingService
    levels: LevelService
    panic: PanicService
    cancelling: CancelService
    paper: PaperResets
    buying: BuyingService
    halts: HaltSwitch
    audit: Audit
    statements: Statements
    entries: EntryService
    preferences: EntryPreferences
    buys: Buys
    late_buys: LateBuys
    snapshot_interval_s: float
    #: What is closed with it.
    resources: AsyncExitStack
    _has_read: bool = field(default=False, init=False)
    _costed: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.updates.set_update(self._after_reading)

    async def start(self) -> None:
        """Start from what is stored, and take up every unfinished exit and then every buy before anything else is requested."""
        self.identities.look()
        await self.exits.resume()
        await self.buys.resume()
        await self.balances.restore()
        await self.costs.restore()
        await self.watch_log.begin()
        # Accounts are read for it, and nothing waits for that.
        self.tasks.spawn("panic", self.panic.resume, must_end=True)

    async def settle(self) -> None:
        """Wait until the outcome of every order that a former run had on its way is known."""
        await self.exits.settle()

    async def guard(self) -> None:
        self.identities.look()
        self.live_accounts.follow()
        failures = Failures()
        with failures.turn_of("the guards"):
            await self.watch.cycle()
        with failures.turn_of("unreadable records"):
            await self.unreadable.report()
        failures.raise_together("the guards are looked at, and not everything else was done")

    async def snapshot(self) -> None:
        """Read every account: after a start at once, the nearest to a sale first, then spread over the interval."""
        accounts, over_s = self.reader.accounts(), self.snapshot_interval_s * SPREAD_RATIO
        if not self._has_read:
            accounts, over_s = self.watch_log.nearest_first(accounts), 0.0
        self._has_read = True
        # One that ended with a defect is taken up again.
        await self.buys.resume()
        await self.balances.take_snapshots(accounts, over_s=over_s, after=self.updates.run)

    async def read_accounts(self) -> None:
        """Start reading every account, and raise what the last readings failed at.

        Raises:
            ExceptionGroup: an account was not brought up to date.

        """
        await self.snapshot()
        self.balances.raise_failures()

    async def refresh_costs(self) -> None:
        """Fetch each account's fees and spreads for its holdings and the usual pair."""
        failures = Failures()
        for broker in self.brokers.values():
            # Before its first reading an account's holdings are unknown; that reading fetches them by itself.
            if broker.account.account_id in self._costed:
                with failures.turn_of(broker.account.account_id):
                    await self._refresh_costs(broker.account)
        failures.raise_together("not every account's costs were read")

    async def refresh_listings(self) -> None:
        """Fetch the listings of every venue, concurrently."""
        await asyncio.gather(*(market.refresh_instruments() for market in self.markets.values()))

    async def thin_history(self) -> None:
        """Drop snapshots that are denser than their age deserves."""
        await self.balances.thin_history()

    async def note_watching(self) -> bool:
        """Note until when the guards were watched; return whether all of them are being watched now."""
        return await self.watch_log.beat()

    def are_all_watched(self) -> bool | None:
        """Return whether all guards were being watched when that was noted last; None before that."""
        return self.watch_log.all_watched

    async def _after_reading(self, account: Account) -> None:
        if not await self.identities.after_reading(account):
            # Compared with what another account holds, the guards would seem sold or withdrawn.
            return
        if account.account_id not in self._costed:
            self._costed.add(account.account_id)
            # The first question names what buying and selling costs: it waits for the account's own fee.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_COSTS_S):
                    await self._refresh_costs(account)
        failures = Failures()
        with failures.turn_of("its guards"):
            await self.sync.after_reading(account)
        with failures.turn_of("fees booked late"):
            await self.late_fees.book(account)
        with failures.turn_of("buys that arrived late"):
            await self.late_buys.book(account)
        failures.raise_together(f"{account.account_id} was not brought up to date")

    async def _refresh_costs(self, account: Account) -> None:
        found = await self.portfolio.gather(account)
        symbols = {one.instrument.symbol for one in found if one.instrument}
        # The pair that /route shows by default is always kept live.
        await self.costs.refresh(account, symbols | {USUAL_SYMBOL})

    def log_in_flight(self) -> None:
        """Log what is still in flight; what the chat has begun may still add to it until `drain`."""
        log.info("stopping; what is under way is finished first", under_way=self.tasks.to_finish())

    async def drain(self, timeout_s: float) -> None:
        """Wait for what is in flight; the rest is settled at the next start."""
        late = await self.tasks.drain(timeout_s)
        if late:
            log.warning("still in flight; settled at the next start", tasks=late)

    async def close(self) -> None:
        """Close venues and database."""
        await self.watch_log.end()
        await self.reader.close()
        await self.resources.aclose()
