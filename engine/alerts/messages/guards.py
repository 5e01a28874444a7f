"""Alerts about guards: the first question, and what changed without the guard's doing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from engine.alerts.questions import Armed, Offer
from engine.model.orders import Side
from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingGuarded:
    """What the settings had guarded when an account was first read, and what they left out."""

    kind: Literal["existing_guarded"] = "existing_guarded"
    venue: Venue
    armed: Armed


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContact:
    """Positions found when an account was first read, and the question whether to guard them."""

    kind: Literal["first_contact"] = "first_contact"
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReduced:
    """An external trade or withdrawal reduced the guarded quantity."""

    kind: Literal["guard_reduced"] = "guard_reduced"
    venue: Venue
    symbol: str
    was: Decimal
    now: Decimal
    #: A `GuardReason`; its sentence in records of earlier versions.
    why: str
    #: True when an order of ours, which the venue lists nowhere, may have sold it.
    may_be_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardPaused:
    """A guarded quantity changed without a fill; the guard waits for the owner's answer."""

    kind: Literal["guard_paused"] = "guard_paused"
    venue: Venue
    symbol: str
    guarded: Decimal
    seen: Decimal
    #: A `GuardReason`; its sentence in records of earlier versions.
    why: str
    offer: Offer | None = None
    #: True when it is gone, and the guard goes on by itself once it is back as it was.
    may_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardResumed:
    """What a venue showed as gone is back as it was, and its guard watches again."""

    kind: Literal["guard_resumed"] = "guard_resumed"
    venue: Venue
    symbol: str
    guarded: Decimal
    seen: Decimal
    threshold: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReached:
    """A guard has reached a target that sells nothing: its stop is where nothing is lost any more."""

    kind: Literal["target_reached"] = "target_reached"
    venue: Venue
    symbol: str
    quantity: Decimal
    target: Decimal
    #: The average price at which all of it could have been sold.
    price: Decimal
    #: Where it is sold from now on.
    stop: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinRenamed:
    """A guarded coin went without a sale as another came: its guard ended, and the owner is asked about the new one."""

    kind: Literal["coin_renamed"] = "coin_renamed"
    venue: Venue
    #: What was guarded.
    symbol: str
    quantity: Decimal
    #: What is there instead.
    became: str
    #: How much of it there is; None in what was written before that was known.
    arrived: Decimal | None = None
    #: How the new one could be guarded; None when it cannot be now.
    offer: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillSeen:
    """One fill in an alert."""

    side: Side
    quantity: Decimal
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedElsewhere:
    """A guarded position was closed at the venue, not by us."""

    kind: Literal["closed_elsewhere"] = "closed_elsewhere"
    venue: Venue
    symbol: str
    quantity: Decimal
    fills: tuple[FillSeen, ...]
