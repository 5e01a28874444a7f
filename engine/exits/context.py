"""What every sale of every broker shares."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.accounts.reports import Reports
from engine.clock import Clock
from engine.exits.availability import Availability
from engine.exits.exit_journal import ExitJournal
from engine.exits.failure_reminders import FailureReminders
from engine.exits.tradability import Breached
from engine.guards.guard import Guard
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
    clock: Clock
    breached: Breached
    #: Returns the price a guard is judged by now; None without one.
    marked: Callable[[Guard], Decimal | None]
