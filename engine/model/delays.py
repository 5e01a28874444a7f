"""What kept a breach from being seen, or its sale from being done, for the alert of that sale."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.failing_reasons import FailingReason


class UnseenReason(StrEnum):
    """Why nobody could see a price, where the price itself had no problem."""

    #: No process ran.
    NOT_WATCHING = "not_watching"
    NO_PRICE = "no_price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A time until a trigger in which nobody could see whether the threshold was passed."""

    since: datetime
    until: datetime
    #: An `UnseenReason` or a `PriceProblem`; its sentence in records of earlier versions.
    why: str
    #: For how much of it no process ran, where that is not the reason itself.
    away_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A time in which no process ran, and so none watched."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a sale that does not get through waits for."""

    #: When it is tried again, where that is known.
    again_at: datetime | None = None
    #: True while its stock market is closed.
    is_closed: bool = False
    #: When that opens; None where its venue does not report it.
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUp:
    """Since when a sale did not get through, and what was in its way last."""

    since: datetime
    why: FailingReason
    #: What it waits for; None once it is over.
    wait: Wait | None = None
    #: Open orders that could not be read and may hold what is sold.
    unreadable: tuple[str, ...] = ()
