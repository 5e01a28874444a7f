"""What came of an answer to a question about guarding."""

from dataclasses import dataclass

from engine.alerts.questions import Armed, Offer
from engine.guards.guard import Guard
from engine.market.mark import PriceProblem
from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Nothing was changed, and why: a sentence the chat shows as it is."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaysPaused:
    """Nothing was changed: without a price no guard is taken up again."""

    symbol: str
    venue: Venue
    problem: PriceProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Unguarded:
    """Guards that watch no more."""

    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFirst:
    """Guards that watch again once they were compared with their venues."""

    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """The owner chose to change nothing."""


Outcome = Armed | Unguarded | ComparedFirst | LeftAlone | Offer | StaysPaused | Nothing
