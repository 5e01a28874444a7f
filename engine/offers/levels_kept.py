"""Why a guard keeps the stop and the target that it has."""

from dataclasses import dataclass
from enum import StrEnum

from engine.model.venues import Venue


class LevelObstacle(StrEnum):
    """What keeps a guard from another level."""

    PAUSED = "paused"
    BEING_SOLD = "being_sold"
    #: A tighter stop might sell it at once.
    NO_PRICE = "no_price"
    #: Without a price a stop has nothing to trail.
    NOTHING_TO_TRAIL = "nothing_to_trail"
    #: It has lost as much already.
    WOULD_SELL_NOW = "would_sell_now"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsKept:
    """A guard that stays as it is."""

    symbol: str
    obstacle: LevelObstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGuard:
    """A position that has no guard to be changed."""

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedSeveralTimes:
    """Guards that one name stands for, which must be told apart by their brokers."""

    venues: tuple[Venue, ...]
