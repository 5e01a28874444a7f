"""What is known of venues and accounts: marks, readings, histories, costs."""

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
from engine.market.marks import Marks
from engine.orders.steps_store import load_last_step_of_all
from engine.storage.database import Database


class AccountParts:
    """What everything else reads."""

    def __init__(self, settings: EngineSettings, base: Base) -> None:
        self._base = base
        self._clock = base.clock
        self._database = base.database
        self.unchanged = UnchangedAccounts()
        self.guard_marks = GuardMarks()
        self.marks = {
            venue: Marks(market=market, clock=base.clock, max_age_s=settings.price_max_age_s)
            for venue, market in base.markets.items()
        }
        self.reports = Reports(base.clock, last_step=partial(_last_step, base.database))
        self.updates = AccountUpdates(tasks=base.tasks)
        self.live_accounts = LiveAccounts(
            base.account_streams, reports=self.reports, clock=base.clock, tasks=base.tasks
        )

    @cached_property
    def reader(self) -> AccountReader:
        return AccountReader(
            brokers=self._base.brokers, markets=self._base.markets, reports=self.reports, clock=self._clock
        )

    @cached_property
    def histories(self) -> Histories:
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


async def _last_step(database: Database) -> int:
    async with database.read() as session:
        return await load_last_step_of_all(session)
