"""What came of an answer to a question about guarding."""

from dataclasses import dataclass
from enum import StrEnum

from engine.alerts.questions import Armed, Offer
from engine.guards.guard import Guard
from engine.market.mark import PriceProblem
from engine.model.venues import Venue
from engine.offers.levels_kept import GuardedSeveralTimes, LevelsKept, NoGuard
from engine.offers.not_cancelled import NotCancelled
from engine.offers.not_held import HeldSeveralTimes, HoldingUnknown, NotHeld


class Rejected(StrEnum):
    """Why a press does not count."""

    UNKNOWN = "unknown"
    NOT_YOURS = "not_yours"
    USED = "used"
    EXPIRED = "expired"


class Outdated(StrEnum):
    """Why an answer changes nothing: what it is about is not as it was shown."""

    NOT_HELD = "not_held"
    NOTHING_TO_SELL = "nothing_to_sell"
    NOTHING_TO_GUARD = "nothing_to_guard"
    NOT_BOUGHT = "not_bought"
    NOT_GUARDED = "not_guarded"
    #: Somebody changed its guard, whose stop or target was to be set.
    LEVELS = "levels"
    NO_PAUSED_GUARD = "no_paused_guard"
    #: Nothing of what a paused guard is for.
    GONE = "gone"
    #: None of the guards of a copied database.
    NONE_WAITS = "none_waits"
    INVITE_ANSWERED = "invite_answered"
    #: Who was invited may use this bot already.
    ADMITTED = "admitted"
    #: Nobody whom the bot answers.
    NO_USER = "no_user"
    #: Whom the settings name, and they alone.
    OWNER = "owner"
    SAME_ROLE = "same_role"
    #: A user has another role by now, or was removed.
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotGuarded:
    """There is no guard to take off, under a name as it was typed."""

    symbol: str
    venue: Venue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingSold:
    """Guards that cannot be taken off: what they guard is being sold."""

    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleBegun:
    """The same of a guard whose sale began after it was asked about."""

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardChanged:
    """Somebody changed the guard at the same moment."""

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyInvites:
    """So many invites wait to be opened or answered that no more are made."""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Nothing was changed, and why."""

    why: (
        Rejected
        | Outdated
        | NotHeld
        | HoldingUnknown
        | HeldSeveralTimes
        | NotGuarded
        | BeingSold
        | SaleBegun
        | GuardChanged
        | LevelsKept
        | NoGuard
        | GuardedSeveralTimes
        | TooManyInvites
        | NotCancelled
    )


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
