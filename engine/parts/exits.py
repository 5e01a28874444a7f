"""What sells: the exits and what each of them stands on."""

from dataclasses import dataclass
from functools import cached_property

from engine.base import Base
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


@dataclass(frozen=True, eq=False, kw_only=True)
class ExitParts:
    """Whatever happens from a breach or a request to the end of an exit."""

    base: Base
    accounts: AccountParts

    @cached_property
    def exits(self) -> Exits:
        return Exits(
            context=self.context,
            brokers=self.base.brokers,
            markets=self.base.markets,
            tasks=self.base.tasks,
            new_id=new_id,
            is_certain=self.base.identities.is_settled,
            uncertain_keys=UncertainKeys(database=self.base.database, clock=self.base.clock),
        )

    @cached_property
    def context(self) -> ExitContext:
        journal = ExitJournal(database=self.base.database, clock=self.base.clock)
        settler = Settler(journal=journal.orders, clock=self.base.clock)
        return ExitContext(
            journal=journal,
            reminders=FailureReminders(database=self.base.database, clock=self.base.clock),
            submitter=Submitter(journal=journal.orders, settler=settler, clock=self.base.clock),
            settler=settler,
            reports=self.accounts.reports,
            owner_trades=OwnerTrades(
                journal=journal,
                reports=self.accounts.reports,
                unchanged=self.accounts.unchanged,
                updates=self.accounts.updates,
                trades=LatestTrades(self.base.clock),
            ),
            availability=Availability(
                reports=self.accounts.reports,
                live_accounts=self.accounts.live_accounts,
                journal=journal,
                clock=self.base.clock,
            ),
            clock=self.base.clock,
            histories=self.accounts.histories,
            guard_marks=self.accounts.guard_marks,
            costs_of_sales=self.accounts.costs_of_sales,
            live_accounts=self.accounts.live_accounts,
        )
