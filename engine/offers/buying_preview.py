"""What a buy would do, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.entries.plan import EntryPlan


class Drift(StrEnum):
    """What changed between the preview of a buy and its press."""

    PRICE = "price"
    #: The threshold of new guards is another one.
    STOP = "stop"
    #: Its guard has another stop or target than was shown, or is another one.
    LEVELS = "levels"
    #: Some of it is held by now, which nobody was asked about.
    HELD = "held"
    #: Buying and selling it again costs clearly more.
    COST = "cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyPreview:
    """What the button would do, for sixty seconds; nothing is bought by showing it."""

    plan: EntryPlan
    #: Carried by the button.
    confirmation_id: str
    #: What changed since it was shown before; None at first.
    drift: Drift | None = None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Buying:
    """What is being bought now; the alert of its fill follows by itself."""

    plan: EntryPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The owner chose to buy nothing."""
