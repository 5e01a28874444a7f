"""What every sale of every broker shares."""

from dataclasses import dataclass

from engine.balances.reports import Reports
from engine.clock import Clock
from engine.execution.journal import Journal
from engine.execution.submit import Submitter
from engine.liquidation.availability import Availability
from engine.liquidation.market_door import Breached


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts a sale works with."""

    journal: Journal
    submitter: Submitter
    availability: Availability
    reports: Reports
    clock: Clock
    breached: Breached
