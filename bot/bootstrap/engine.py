"""Build the engine on its base."""

import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.bootstrap.foundation import Foundation
from bot.settings import Settings
from bot.trading import Trading
from engine.accounts.account_updates import AccountUpdates
from engine.accounts.costs import Costs
from engine.accounts.history import Histories
from engine.accounts.outages import OutageMonitor
from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.accounts.resting import Rests
from engine.accounts.service import BalanceService
from engine.entries.halts import HaltSwitch
from engine.entries.service import RouteService
from engine.exits.audit import Audit
from engine.exits.availability import Availability
from engine.exits.context import ExitContext
from engine.exits.execute import Exits
from engine.exits.exit_journal import ExitJournal
from engine.exits.failure_reminders import FailureReminders
from engine.exits.late_fills import LateFills
from engine.exits.latest_trades import LatestTrades
from engine.exits.owner_trades import OwnerTrades
from engine.exits.watch import Watch
from engine.exits.watch_log import WatchLog
from engine.guards.guard_marks import GuardMarks
from engine.market.marks import Marks
from engine.model.venues import Venue
from engine.offers.arming import ArmingMode
from engine.offers.closing import ClosingService
from engine.offers.closing_gathering import Gathering
from engine.offers.guarding import GuardService
from engine.offers.onboarding import Onboarding
from engine.offers.questions_store import load_asked
from engine.offers.setter import GuardSetter
from engine.orders.late_fees import LateFees
from engine.orders.settling import Settler
from engine.orders.steps_store import load_last_step_of_all
from engine.orders.submit import Submitter
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.sync.account_sync import AccountSync
from engine.sync.guard_changes import GuardChanges
from engine.sync.reconciler import GuardReconciler
from engine.sync.renamings import Renamings
from engine.sync.unattributed_trades import UnattributedTrades
from engine.sync.unreadable import UnreadableRecords
from engine.sync.waiting_guards import WaitingGuards

#: A shorter silence than this, or than three guard cycles, is no gap worth a message.
SHORTEST_GAP_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """The engine, built: its lifecycle and what the chat asks of it."""

    trading: Trading
    reader: AccountReader
    watch: Watch
    exits: Exits
    balances: BalanceService
    portfolio: PortfolioService
    guards: GuardService
    closing: ClosingService
    halts: HaltSwitch
    audit: Audit
    routes: RouteService


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """What is known of the accounts: the latest readings, their past, what trading costs, all of it as positions."""

    reports: Reports
    reader: AccountReader
    outages: OutageMonitor
    balances: BalanceService
    histories: Histories
    costs: Costs
    portfolio: PortfolioService


def build_engine(settings: Settings, base: Foundation, resources: AsyncExitStack) -> EngineParts:
    """Return the engine, which owns `resources` from now on."""
    reports = Reports(base.clock, last_step=partial(_last_step, base.database))
    guard_marks = GuardMarks()
    marks = {
        venue: Marks(market=market, clock=base.clock, max_age_s=settings.price_max_age_s)
        for venue, market in base.markets.items()
    }
    updates, rests = AccountUpdates(tasks=base.tasks), Rests()
    exits, watch = _build_watch(
        settings, base, reports, updates=updates, rests=rests, guard_marks=guard_marks, marks=marks
    )
    books = _open_books(settings, base, reports, watch=watch, guard_marks=guard_marks, marks=marks)
    setter = GuardSetter(database=base.database, clock=base.clock, new_id=_new_id)
    sync = _build_sync(settings, base, books, setter, rests)
    return EngineParts(
        trading=_build_trading(
            settings,
            base,
            books,
            sync=sync,
            updates=updates,
            exits=exits,
            watch=watch,
            guard_marks=guard_marks,
            resources=resources,
        ),
        reader=books.reader,
        watch=watch,
        exits=exits,
        balances=books.balances,
        portfolio=books.portfolio,
        guards=GuardService(
            portfolio=books.portfolio,
            database=base.database,
            clock=base.clock,
            threshold=settings.liquidation_pnl,
            setter=setter,
        ),
        closing=_build_closing(settings, base, books, exits),
        halts=HaltSwitch(database=base.database, clock=base.clock),
        audit=Audit(database=base.database),
        routes=RouteService(
            reader=books.reader,
            balances=books.balances,
            markets=base.markets,
            costs=books.costs,
            database=base.database,
            clock=base.clock,
            coinbase_min_equity_usd=settings.coinbase_min_equity_usd,
        ),
    )


def _open_books(
    settings: Settings,
    base: Foundation,
    reports: Reports,
    *,
    watch: Watch,
    guard_marks: GuardMarks,
    marks: Mapping[Venue, Marks],
) -> _Books:
    clock, database = base.clock, base.database
    reader = AccountReader(brokers=base.brokers, markets=base.markets, reports=reports, clock=clock)
    outages = OutageMonitor(database=database, clock=clock, watched=watch.watched)
    balances = BalanceService(
        reader=reader,
        reports=reports,
        outages=outages,
        database=database,
        clock=clock,
        tasks=base.tasks,
    )
    histories = Histories(database=database, brokers=base.brokers, markets=base.markets, clock=clock)
    costs = Costs(database=database, brokers=base.brokers, markets=base.markets, clock=clock)
    portfolio = PortfolioService(
        balances=balances,
        reader=reader,
        reports=reports,
        histories=histories,
        markets=base.markets,
        costs=costs,
        guard_marks=guard_marks,
        load_asked=load_asked,
        database=database,
        clock=clock,
        threshold=settings.liquidation_pnl,
        price_max_age_s=settings.price_max_age_s,
        marks=marks,
    )
    return _Books(
        reports=reports,
        reader=reader,
        outages=outages,
        balances=balances,
        histories=histories,
        costs=costs,
        portfolio=portfolio,
    )


def _build_sync(
    settings: Settings, base: Foundation, books: _Books, setter: GuardSetter, rests: Rests
) -> AccountSync:
    clock, database = base.clock, base.database
    changes = GuardChanges(portfolio=books.portfolio, database=database, clock=clock)
    return AccountSync(
        reconciler=GuardReconciler(
            waiting=WaitingGuards(
                reports=books.reports,
                changes=changes,
                is_alone=lambda: base.second_poller.is_ruled_out,
                database=database,
                clock=clock,
            ),
            changes=changes,
            renamings=Renamings(portfolio=books.portfolio, database=database),
            reports=books.reports,
            database=database,
            clock=clock,
        ),
        reports=books.reports,
        rests=rests,
        histories=books.histories,
        onboarding=Onboarding(
            portfolio=books.portfolio,
            setter=setter,
            database=database,
            clock=clock,
            threshold=settings.liquidation_pnl,
            mode=ArmingMode(settings.guard_existing),
        ),
        outages=books.outages,
        late_fills=LateFills(database=database, brokers=base.brokers, markets=base.markets, clock=clock),
        unattributed_trades=UnattributedTrades(database=database, clock=clock),
        database=database,
    )


def _build_trading(
    settings: Settings,
    base: Foundation,
    books: _Books,
    *,
    sync: AccountSync,
    updates: AccountUpdates,
    exits: Exits,
    watch: Watch,
    guard_marks: GuardMarks,
    resources: AsyncExitStack,
) -> Trading:
    gap_s = max(SHORTEST_GAP_S, 3 * settings.guard_interval_s)
    return Trading(
        brokers=base.brokers,
        markets=base.markets,
        reader=books.reader,
        portfolio=books.portfolio,
        balances=books.balances,
        sync=sync,
        updates=updates,
        watch=watch,
        watch_log=WatchLog(
            database=base.database,
            watch=watch,
            guard_marks=guard_marks,
            clock=base.clock,
            shortest_gap=timedelta(seconds=gap_s),
        ),
        exits=exits,
        identities=base.identities,
        costs=books.costs,
        unreadable=UnreadableRecords(database=base.database, clock=base.clock),
        late_fees=LateFees(database=base.database, brokers=base.brokers, clock=base.clock),
        tasks=base.tasks,
        snapshot_interval_s=settings.snapshot_interval_s,
        resources=resources,
    )


def _build_closing(settings: Settings, base: Foundation, books: _Books, exits: Exits) -> ClosingService:
    return ClosingService(
        portfolio=books.portfolio,
        gathering=Gathering(
            reader=books.reader,
            reports=books.reports,
            brokers=base.brokers,
            markets=base.markets,
            clock=base.clock,
            threshold=settings.liquidation_pnl,
            price_max_age_s=settings.price_max_age_s,
            is_key_certain=base.identities.is_settled,
        ),
        exits=exits,
        database=base.database,
        clock=base.clock,
        threshold=settings.liquidation_pnl,
        new_id=_new_id,
    )


def _build_watch(
    settings: Settings,
    base: Foundation,
    reports: Reports,
    *,
    updates: AccountUpdates,
    rests: Rests,
    guard_marks: GuardMarks,
    marks: Mapping[Venue, Marks],
) -> tuple[Exits, Watch]:
    journal = ExitJournal(database=base.database, clock=base.clock)
    settler = Settler(journal=journal, clock=base.clock)

    exits = Exits(
        context=ExitContext(
            journal=journal,
            reminders=FailureReminders(database=base.database, clock=base.clock),
            submitter=Submitter(journal=journal, settler=settler, clock=base.clock),
            settler=settler,
            reports=reports,
            owner_trades=OwnerTrades(
                journal=journal,
                reports=reports,
                rests=rests,
                updates=updates,
                trades=LatestTrades(base.clock),
            ),
            availability=Availability(reports=reports, journal=journal, clock=base.clock),
            clock=base.clock,
            guard_marks=guard_marks,
        ),
        brokers=base.brokers,
        markets=base.markets,
        tasks=base.tasks,
        new_id=_new_id,
        is_certain=base.identities.is_settled,
    )
    watch = Watch(
        database=base.database,
        marks=marks,
        exits=exits,
        guard_marks=guard_marks,
        clock=base.clock,
        tasks=base.tasks,
        price_max_age_s=settings.price_max_age_s,
    )
    return exits, watch


def _new_id() -> str:
    return str(uuid.uuid4())


async def _last_step(database: Database) -> int:
    async with database.read() as session:
        return await load_last_step_of_all(session)
