"""Build the engine: the one place that knows how its parts hang together."""

import uuid
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import cached_property, partial

from engine.accounts.account_updates import AccountUpdates
from engine.accounts.costs import Costs
from engine.accounts.history import Histories
from engine.accounts.live_accounts import LiveAccounts
from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.accounts.service import BalanceService
from engine.accounts.unchanged import UnchangedAccounts
from engine.alerts.outages import OutageMonitor
from engine.base import Base, EngineSettings
from engine.engine import Engine
from engine.entries.halts import HaltSwitch
from engine.entries.places import Places
from engine.entries.preferences import EntryPreferences
from engine.entries.rules import EntryRules
from engine.entries.service import EntryService
from engine.exits.audit import Audit
from engine.exits.availability import Availability
from engine.exits.context import ExitContext
from engine.exits.execute import Exits
from engine.exits.exit_journal import ExitJournal
from engine.exits.failure_reminders import FailureReminders
from engine.exits.judging import Judging
from engine.exits.late_fills import LateFills
from engine.exits.latest_trades import LatestTrades
from engine.exits.owner_trades import OwnerTrades
from engine.exits.price_alerts import PriceAlerts
from engine.exits.price_news import PriceNews
from engine.exits.ticks import Ticks
from engine.exits.uncertain_keys import UncertainKeys
from engine.exits.watch import Watch
from engine.exits.watch_log import WatchLog
from engine.guards.guard_marks import GuardMarks
from engine.market.marks import Marks
from engine.offers.closing import ClosingService
from engine.offers.closing_reader import ClosingReader
from engine.offers.guarding import GuardService
from engine.offers.onboarding import Onboarding
from engine.offers.questions_store import load_open_questions
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
#: Looks come in steps: an alarm that the next one would raise just too late is raised before.
PRICE_ALARM_EARLY_S = 0.5


def build_engine(settings: EngineSettings, base: Base, resources: AsyncExitStack) -> Engine:
    """Return the engine, which owns `resources` from now on."""
    parts = _Parts(settings, base)
    resources.enter_context(base.database.on_commit(parts.ticks.note_commit))
    return Engine(
        brokers=base.brokers,
        markets=base.markets,
        reader=parts.reader,
        portfolio=parts.portfolio,
        balances=parts.balances,
        sync=parts.sync,
        updates=parts.updates,
        live_accounts=parts.live_accounts,
        watch=parts.watch,
        watch_log=parts.watch_log,
        exits=parts.exits,
        identities=base.identities,
        costs=parts.costs,
        late_fees=LateFees(database=base.database, brokers=base.brokers, clock=base.clock),
        unreadable=UnreadableRecords(database=base.database, clock=base.clock),
        tasks=base.tasks,
        guards=parts.guards,
        closing=parts.closing,
        halts=parts.halts,
        audit=Audit(database=base.database),
        entries=parts.entries,
        preferences=parts.preferences,
        snapshot_interval_s=settings.snapshot_interval_s,
        resources=resources,
    )


class _Parts:
    """Each part once, built when the first that needs it is."""

    def __init__(self, settings: EngineSettings, base: Base) -> None:
        self._settings = settings
        self._base = base
        self._clock = base.clock
        self._database = base.database
        self._unchanged = UnchangedAccounts()
        self._guard_marks = GuardMarks()
        self._marks = {
            venue: Marks(market=market, clock=base.clock, max_age_s=settings.price_max_age_s)
            for venue, market in base.markets.items()
        }
        self._reports = Reports(base.clock, last_step=partial(_last_step, base.database))
        self.updates = AccountUpdates(tasks=base.tasks)
        self.live_accounts = LiveAccounts(
            base.account_streams, reports=self._reports, clock=base.clock, tasks=base.tasks
        )

    # what is known of the accounts

    @cached_property
    def reader(self) -> AccountReader:
        return AccountReader(
            brokers=self._base.brokers, markets=self._base.markets, reports=self._reports, clock=self._clock
        )

    @cached_property
    def _outages(self) -> OutageMonitor:
        return OutageMonitor(database=self._database, clock=self._clock, watched=self.watch.watched)

    @cached_property
    def balances(self) -> BalanceService:
        return BalanceService(
            reader=self.reader,
            reports=self._reports,
            note_outcome=self._outages.note,
            database=self._database,
            clock=self._clock,
            tasks=self._base.tasks,
        )

    @cached_property
    def _histories(self) -> Histories:
        return Histories(
            database=self._database,
            brokers=self._base.brokers,
            markets=self._base.markets,
            clock=self._clock,
        )

    @cached_property
    def costs(self) -> Costs:
        return Costs(
            database=self._database,
            brokers=self._base.brokers,
            markets=self._base.markets,
            clock=self._clock,
        )

    @cached_property
    def portfolio(self) -> PortfolioService:
        return PortfolioService(
            balances=self.balances,
            reader=self.reader,
            reports=self._reports,
            histories=self._histories,
            markets=self._base.markets,
            costs=self.costs,
            guard_marks=self._guard_marks,
            load_open_questions=load_open_questions,
            database=self._database,
            clock=self._clock,
            threshold=self._settings.liquidation_pnl,
            price_max_age_s=self._settings.price_max_age_s,
            marks=self._marks,
        )

    # exits

    @cached_property
    def exits(self) -> Exits:
        return Exits(
            context=self._exit_context,
            brokers=self._base.brokers,
            markets=self._base.markets,
            tasks=self._base.tasks,
            new_id=_new_id,
            is_certain=self._base.identities.is_settled,
            uncertain_keys=UncertainKeys(database=self._database, clock=self._clock),
        )

    @cached_property
    def _exit_context(self) -> ExitContext:
        journal = ExitJournal(database=self._database, clock=self._clock)
        settler = Settler(journal=journal.orders, clock=self._clock)
        return ExitContext(
            journal=journal,
            reminders=FailureReminders(database=self._database, clock=self._clock),
            submitter=Submitter(journal=journal.orders, settler=settler, clock=self._clock),
            settler=settler,
            reports=self._reports,
            owner_trades=OwnerTrades(
                journal=journal,
                reports=self._reports,
                unchanged=self._unchanged,
                updates=self.updates,
                trades=LatestTrades(self._clock),
            ),
            availability=Availability(
                reports=self._reports,
                live_accounts=self.live_accounts,
                journal=journal,
                clock=self._clock,
            ),
            clock=self._clock,
            histories=self._histories,
            guard_marks=self._guard_marks,
            live_accounts=self.live_accounts,
        )

    @cached_property
    def watch(self) -> Watch:
        return Watch(
            database=self._database,
            marks=self._marks,
            exits=self.exits,
            guard_marks=self._guard_marks,
            judging=self._judging,
            news=self._price_news,
            ticks=self.ticks,
            clock=self._clock,
            tasks=self._base.tasks,
        )

    @cached_property
    def ticks(self) -> Ticks:
        return Ticks(
            marks=self._marks,
            judging=self._judging,
            news=self._price_news,
            tasks=self._base.tasks,
            clock=self._clock,
        )

    @cached_property
    def _judging(self) -> Judging:
        return Judging(
            exits=self.exits,
            guard_marks=self._guard_marks,
            clock=self._clock,
            alarm_after=self._price_alarm_after,
        )

    @cached_property
    def _price_news(self) -> PriceNews:
        return PriceNews(
            alerts=PriceAlerts(database=self._database, clock=self._clock),
            guard_marks=self._guard_marks,
            clock=self._clock,
            alarm_after=self._price_alarm_after,
        )

    @property
    def _price_alarm_after(self) -> timedelta:
        max_age_s = self._settings.price_max_age_s
        return timedelta(seconds=max_age_s - min(PRICE_ALARM_EARLY_S, max_age_s / 10))

    @cached_property
    def watch_log(self) -> WatchLog:
        gap_s = max(SHORTEST_GAP_S, 3 * self._settings.guard_interval_s)
        return WatchLog(
            database=self._database,
            watch=self.watch,
            guard_marks=self._guard_marks,
            clock=self._clock,
            shortest_gap=timedelta(seconds=gap_s),
        )

    # guards follow what happens to their accounts

    @cached_property
    def _setter(self) -> GuardSetter:
        return GuardSetter(database=self._database, clock=self._clock, new_id=_new_id)

    @cached_property
    def _reconciler(self) -> GuardReconciler:
        changes = GuardChanges(portfolio=self.portfolio, database=self._database, clock=self._clock)
        return GuardReconciler(
            waiting=WaitingGuards(
                reports=self._reports,
                changes=changes,
                is_alone=self._base.is_alone,
                database=self._database,
                clock=self._clock,
            ),
            changes=changes,
            renamings=Renamings(portfolio=self.portfolio, database=self._database),
            reports=self._reports,
            database=self._database,
            clock=self._clock,
        )

    @cached_property
    def sync(self) -> AccountSync:
        return AccountSync(
            reconciler=self._reconciler,
            reports=self._reports,
            unchanged=self._unchanged,
            histories=self._histories,
            onboarding=Onboarding(
                portfolio=self.portfolio,
                setter=self._setter,
                database=self._database,
                clock=self._clock,
                threshold=self._settings.liquidation_pnl,
                mode=self._settings.guard_existing,
            ),
            outages=self._outages,
            late_fills=LateFills(
                database=self._database,
                journal=self._exit_context.journal,
                brokers=self._base.brokers,
                markets=self._base.markets,
                clock=self._clock,
            ),
            unattributed_trades=UnattributedTrades(database=self._database, clock=self._clock),
            database=self._database,
        )

    # what the chat uses

    @cached_property
    def guards(self) -> GuardService:
        return GuardService(
            portfolio=self.portfolio,
            database=self._database,
            clock=self._clock,
            threshold=self._settings.liquidation_pnl,
            setter=self._setter,
        )

    @cached_property
    def closing(self) -> ClosingService:
        return ClosingService(
            portfolio=self.portfolio,
            reader=ClosingReader(
                reader=self.reader,
                reports=self._reports,
                brokers=self._base.brokers,
                marks=self._marks,
                threshold=self._settings.liquidation_pnl,
                is_key_certain=self._base.identities.is_settled,
            ),
            exits=self.exits,
            database=self._database,
            clock=self._clock,
            threshold=self._settings.liquidation_pnl,
            new_id=_new_id,
        )

    @cached_property
    def halts(self) -> HaltSwitch:
        return HaltSwitch(database=self._database, clock=self._clock)

    @cached_property
    def preferences(self) -> EntryPreferences:
        return EntryPreferences(
            database=self._database,
            rules=EntryRules(
                threshold=self._settings.liquidation_pnl,
                coinbase_min_equity_usd=self._settings.coinbase_min_equity_usd,
            ),
        )

    @cached_property
    def entries(self) -> EntryService:
        return EntryService(
            places=Places(
                reader=self.reader,
                balances=self.balances,
                markets=self._base.markets,
                costs=self.costs,
                clock=self._clock,
            ),
            reader=self.reader,
            portfolio=self.portfolio,
            halts=self.halts,
            database=self._database,
            clock=self._clock,
            preferences=self.preferences,
        )


def _new_id() -> str:
    return str(uuid.uuid4())


async def _last_step(database: Database) -> int:
    async with database.read() as session:
        return await load_last_step_of_all(session)
