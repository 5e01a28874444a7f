"""What every sale of every broker shares."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.balances.reports import Reports
from engine.clock import Clock
from engine.execution.journal import Journal
from engine.execution.settling import Settler
from engine.execution.submit import Submitter
from engine.guards.guard import Guard
from engine.liquidation.availability import Availability
from engine.liquidation.market_door import Breached


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts a sale works with."""

    journal: Journal
    submitter: Submitter
    settler: Settler
    availability: Availability
    reports: Reports
    clock: Clock
    breached: Breached
    #: Returns the price a guard is judged by now; None without one.
    marked: Callable[[Guard], Decimal | None]
