"""What sees a breach: the watch, the ticks, and what they judge by."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from engine.base import Base, EngineSettings
from engine.parts.accounts import AccountParts
from engine.parts.exits import ExitParts
from engine.watch.break_even import BreakEven
from engine.watch.judging import Judging
from engine.watch.price_alerts import PriceAlerts
from engine.watch.price_news import PriceNews
from engine.watch.profits import Profits
from engine.watch.ticks import Ticks
from engine.watch.trailing import Trailing
from engine.watch.watch import Watch
from engine.watch.watch_log import WatchLog

#: A shorter silence than this, or than three guard cycles, is no gap worth a message.
SHORTEST_GAP_S = 60.0
#: Looks come in steps: an alarm that the next one would raise just too late is raised before.
PRICE_ALARM_EARLY_S = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class WatchParts:
    """Whatever happens from a price to the breach that an exit begins with."""

    settings: EngineSettings
    base: Base
    accounts: AccountParts
    exits: ExitParts

    @cached_property
    def watch(self) -> Watch:
        return Watch(
            database=self.base.database,
            marks=self.accounts.marks,
            exits=self.exits.exits,
            guard_marks=self.accounts.guard_marks,
            judging=self._judging,
            news=self._price_news,
            profits=self._profits,
            trailing=Trailing(database=self.base.database, tasks=self.base.tasks, clock=self.base.clock),
            ticks=self.ticks,
            clock=self.base.clock,
            tasks=self.base.tasks,
        )

    @cached_property
    def ticks(self) -> Ticks:
        return Ticks(
            marks=self.accounts.marks,
            judging=self._judging,
            news=self._price_news,
            profits=self._profits,
            tasks=self.base.tasks,
            clock=self.base.clock,
        )

    @cached_property
    def _judging(self) -> Judging:
        return Judging(
            exits=self.exits.exits,
            guard_marks=self.accounts.guard_marks,
            clock=self.base.clock,
            alarm_after=self._price_alarm_after,
        )

    @cached_property
    def _profits(self) -> Profits:
        return Profits(
            judging=self._judging,
            news=self._price_news,
            costs=self.accounts.costs_of_sales,
            break_even=BreakEven(
                database=self.base.database, costs=self.accounts.costs_of_sales, clock=self.base.clock
            ),
            tasks=self.base.tasks,
            clock=self.base.clock,
        )

    @cached_property
    def _price_news(self) -> PriceNews:
        return PriceNews(
            alerts=PriceAlerts(database=self.base.database, clock=self.base.clock),
            guard_marks=self.accounts.guard_marks,
            clock=self.base.clock,
            alarm_after=self._price_alarm_after,
        )

    @property
    def _price_alarm_after(self) -> timedelta:
        max_age_s = self.settings.price_max_age_s
        return timedelta(seconds=max_age_s - min(PRICE_ALARM_EARLY_S, max_age_s / 10))

    @cached_property
    def watch_log(self) -> WatchLog:
        gap_s = max(SHORTEST_GAP_S, 3 * self.settings.guard_interval_s)
        return WatchLog(
            database=self.base.database,
            watch=self.watch,
            guard_marks=self.accounts.guard_marks,
            clock=self.base.clock,
            shortest_gap=timedelta(seconds=gap_s),
        )
