"""What is known of venues and accounts: marks, readings, histories, costs."""

from dataclasses import dataclass
from functools import cached_property, partial

from engine.accounts.account_updates import AccountUpdates
from engine.accounts.costs import Costs
from engine.accounts.history import Histories
from engine.accounts.live_accounts import LiveAccounts
from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.accounts.unchanged import UnchangedAccounts
from engine.base import Base, EngineSettings
from engine.guards.guard_marks import GuardMarks
from engine.guards.sale_costs import CostsOfSales
from engine.market.marks import Marks
from engine.model.venues import Venue
from engine.orders.steps_store import load_last_step_of_all
from engine.storage.database import Database


@dataclass(frozen=True, eq=False, kw_only=True)
class AccountParts:
    """What everything else reads."""

    settings: EngineSettings
    base: Base

    @cached_property
    def unchanged(self) -> UnchangedAccounts:
        return UnchangedAccounts()

    @cached_property
    def guard_marks(self) -> GuardMarks:
        return GuardMarks()

    @cached_property
    def marks(self) -> dict[Venue, Marks]:
        max_age_s = self.settings.price_max_age_s
        return {
            venue: Marks(market=market, clock=self.base.clock, max_age_s=max_age_s)
            for venue, market in self.base.markets.items()
        }

    @cached_property
    def reports(self) -> Reports:
        return Reports(self.base.clock, last_step=partial(_last_step, self.base.database))

    @cached_property
    def updates(self) -> AccountUpdates:
        return AccountUpdates(tasks=self.base.tasks)

    @cached_property
    def live_accounts(self) -> LiveAccounts:
        return LiveAccounts(
            self.base.account_streams, reports=self.reports, clock=self.base.clock, tasks=self.base.tasks
        )

    @cached_property
    def reader(self) -> AccountReader:
        return AccountReader(
            brokers=self.base.brokers, markets=self.base.markets, reports=self.reports, clock=self.base.clock
        )

    @cached_property
    def histories(self) -> Histories:
        return Histories(
            database=self.base.database,
            brokers=self.base.brokers,
            markets=self.base.markets,
            clock=self.base.clock,
        )

    @cached_property
    def costs(self) -> Costs:
        return Costs(
            database=self.base.database,
            brokers=self.base.brokers,
            markets=self.base.markets,
            clock=self.base.clock,
        )

    @cached_property
    def costs_of_sales(self) -> CostsOfSales:
        return CostsOfSales(costs=self.costs, histories=self.histories)


async def _last_step(database: Database) -> int:
    async with database.read() as session:
        return await load_last_step_of_all(session)
