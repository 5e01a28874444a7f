"""What sees a breach and sells: the watch, the ticks, the exits."""

from datetime import timedelta
from functools import cached_property

from engine.base import Base, EngineSettings
from engine.exits.availability import Availability
from engine.exits.context import ExitContext
from engine.exits.execute import Exits
from engine.exits.exit_journal import ExitJournal
from engine.exits.failure_reminders import FailureReminders
from engine.exits.latest_trades import LatestTrades
from engine.exits.owner_trades import OwnerTrades
from engine.exits.uncertain_keys import UncertainKeys
from engine.orders.settling import Settler
from engine.orders.submit import Submitter
from engine.parts.accounts import AccountParts
from engine.parts.new_id import new_id
from engine.watch.judging import Judging
from engine.watch.price_alerts import PriceAlerts
from engine.watch.price_news import PriceNews
from engine.watch.ticks import Ticks
from engine.watch.watch import Watch
from engine.watch.watch_log import WatchLog

#: A shorter silence than this, or than three guard cycles, is no gap worth a message.
SHORTEST_GAP_S = 60.0
#: Looks come in steps: an alarm that the next one would raise just too late is raised before.
PRICE_ALARM_EARLY_S = 0.5


class ExitParts:
    """Whatever happens from a price to the end of an exit."""

    def __init__(self, settings: EngineSettings, base: Base, *, accounts: AccountParts) -> None:
        self._settings = settings
        self._base = base
        self._clock = base.clock
        self._database = base.database
        self._accounts = accounts

    @cached_property
    def exits(self) -> Exits:
        return Exits(
            context=self.context,
            brokers=self._base.brokers,
            markets=self._base.markets,
            tasks=self._base.tasks,
            new_id=new_id,
            is_certain=self._base.identities.is_settled,
            uncertain_keys=UncertainKeys(database=self._database, clock=self._clock),
        )

    @cached_property
    def context(self) -> ExitContext:
        journal = ExitJournal(database=self._database, clock=self._clock)
        settler = Settler(journal=journal.orders, clock=self._clock)
        return ExitContext(
            journal=journal,
            reminders=FailureReminders(database=self._database, clock=self._clock),
            submitter=Submitter(journal=journal.orders, settler=settler, clock=self._clock),
            settler=settler,
            reports=self._accounts.reports,
            owner_trades=OwnerTrades(
                journal=journal,
                reports=self._accounts.reports,
                unchanged=self._accounts.unchanged,
                updates=self._accounts.updates,
                trades=LatestTrades(self._clock),
            ),
            availability=Availability(
                reports=self._accounts.reports,
                live_accounts=self._accounts.live_accounts,
                journal=journal,
                clock=self._clock,
            ),
            clock=self._clock,
            histories=self._accounts.histories,
            guard_marks=self._accounts.guard_marks,
            live_accounts=self._accounts.live_accounts,
        )

    @cached_property
    def watch(self) -> Watch:
        return Watch(
            database=self._database,
            marks=self._accounts.marks,
            exits=self.exits,
            guard_marks=self._accounts.guard_marks,
            judging=self._judging,
            news=self._price_news,
            ticks=self.ticks,
            clock=self._clock,
            tasks=self._base.tasks,
        )

    @cached_property
    def ticks(self) -> Ticks:
        return Ticks(
            marks=self._accounts.marks,
            judging=self._judging,
            news=self._price_news,
            tasks=self._base.tasks,
            clock=self._clock,
        )

    @cached_property
    def _judging(self) -> Judging:
        return Judging(
            exits=self.exits,
            guard_marks=self._accounts.guard_marks,
            clock=self._clock,
            alarm_after=self._price_alarm_after,
        )

    @cached_property
    def _price_news(self) -> PriceNews:
        return PriceNews(
            alerts=PriceAlerts(database=self._database, clock=self._clock),
            guard_marks=self._accounts.guard_marks,
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
            guard_marks=self._accounts.guard_marks,
            clock=self._clock,
            shortest_gap=timedelta(seconds=gap_s),
        )
