"""Why nothing can be done under a name: it is not held there, or that is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from engine.model.venues import Venue
from engine.portfolio.position import Position


class Wanted(StrEnum):
    """What was to be done with a position."""

    GUARD = "guard"
    SELL = "sell"
    #: The stop or the target of its guard.
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHeld:
    """Nothing is held under a name, as it was typed; without one it is about every position."""

    symbol: str | None
    #: Where it was looked for; None is everywhere.
    venue: Venue | None
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingUnknown:
    """An account was never read, so it is unknown whether it is held."""

    symbol: str | None
    #: Which accounts were not, and why.
    unread: str
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSeveralTimes:
    """An amount of something held at several places needs one of them."""

    symbol: str | None
    venues: tuple[Venue, ...]
    positions: int

    @classmethod
    def of(cls, symbol: str | None, positions: Sequence[Position]) -> Self:
        """Return it for the positions that a name stands for."""
        venues = dict.fromkeys(one.account.venue for one in positions)
        return cls(symbol=symbol, venues=tuple(venues), positions=len(positions))
