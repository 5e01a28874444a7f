"""A plan that says what guarding positions would mean."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.alerts.questions import Exclusion, NoEntry
from engine.guards.guard import GuardSource
from engine.portfolio.position import Position


class ArmingMode(StrEnum):
    """What happens to holdings that were there before (`NIJA_GUARD_EXISTING`)."""

    #: List them and let the owner choose.
    ASK = "ask"
    #: Guard every one with a known entry that would not be sold at once.
    ALL = "all"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """A guard that could be set."""

    position: Position
    symbol: str
    source: GuardSource
    quantity: Decimal
    cost: Decimal
    currency: str
    threshold: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldSell:
    """A guard that would sell at once, so it needs a confirmation of its own."""

    arming: Arming
    pnl: Decimal
    pnl_ratio: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A position that cannot be guarded now."""

    position: Position
    reason: Exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutEntry:
    """A position that can be guarded from today's price only."""

    position: Position
    reason: NoEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingPlan:
    """What can be done about the positions of an account; setting any of these guards sells nothing."""

    #: To be armed without asking.
    arm_now: tuple[Arming, ...]
    #: Can be armed from cost and stay above their threshold, `arm_now` included.
    from_cost: tuple[Arming, ...]
    #: Can be armed from today's price.
    from_price: tuple[Arming, ...]
    #: At or below their threshold from cost: left unguarded until confirmed one by one.
    would_sell: tuple[WouldSell, ...]
    without_entry: tuple[WithoutEntry, ...]
    excluded: tuple[Excluded, ...]
    #: Whether the owner is to be asked.
    ask: bool
