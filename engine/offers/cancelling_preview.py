"""What a cancel would do, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.orders import CancelledOrder
from engine.model.venues import Venue
from engine.portfolio.open_orders import AccountOrders, OpenOrder


class NoCancel(StrEnum):
    """Why an open order has no button."""

    #: NIJA follows it to its end.
    EXIT = "exit"
    ENTRY = "entry"
    ENDED = "ended"
    #: Its broker did not list it anew.
    NOT_LISTED = "not_listed"
    #: There are more than one message has buttons for.
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLine:
    """One open order that was named: its button, or why it has none."""

    order: OpenOrder
    confirmation_id: str | None = None
    why_not: NoCancel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPreview:
    """What the buttons would cancel, for sixty seconds; nothing is cancelled by showing it."""

    lines: tuple[CancelLine, ...]
    #: Brokers that did not list their orders anew.
    unread: tuple[AccountOrders, ...]
    as_of: datetime
    expires_at: datetime


class CancelOutcome(StrEnum):
    """What became of an order whose cancel was confirmed by its owner."""

    CANCELLED = "cancelled"
    FILLED = "filled"
    #: The venue refused, or was not reached; the detail is its error.
    REFUSED = "refused"
    #: The venue has not confirmed it; the detail is its error, if any.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelResult:
    """What the venue says of an order after its cancel."""

    venue: Venue
    order: CancelledOrder
    outcome: CancelOutcome
    #: How much of it had filled; None is unknown.
    filled: Decimal | None = None
    #: True where it was over before anything was asked for.
    was_over: bool = False
    detail: str = ""
