"""What every sale of every broker shares."""

from dataclasses import dataclass

from engine.accounts.history import Histories
from engine.accounts.live_accounts import LiveAccounts
from engine.accounts.reports import Reports
from engine.clock import Clock
from engine.exits.availability import Availability
from engine.exits.exit_journal import ExitJournal
from engine.exits.failure_reminders import FailureReminders
from engine.exits.owner_trades import OwnerTrades
from engine.guards.guard_marks import GuardMarks
from engine.guards.sale_costs import CostsOfSales
from engine.orders.settling import Settler
from engine.orders.submit import Submitter


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitContext:
    """The parts a sale works with."""

    journal: ExitJournal
    reminders: FailureReminders
    submitter: Submitter
    settler: Settler
    availability: Availability
    reports: Reports
    #: Brings a guard up to date where its owner traded just before.
    owner_trades: OwnerTrades
    clock: Clock
    #: What is known of each coin's cost.
    histories: Histories
    #: What the watch saw of each guard last.
    guard_marks: GuardMarks
    #: What each sale must bring back before it wins anything.
    costs_of_sales: CostsOfSales
    #: Tells when an order is over.
    live_accounts: LiveAccounts
