"""What kept a breach from being seen, or its sale from being done, for the alert of that sale."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A time until a trigger in which nobody could see whether the threshold was passed."""

    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUp:
    """Since when a sale did not get through, and what was in its way last."""

    since: datetime
    why: str
