"""Pure: whether a guard can act now, and why and since when it cannot."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.guards.guard import Guard
from engine.guards.guard_mark import GuardMark
from engine.market.mark import PriceProblem, PriceUnknown

#: A venue that was looked at and is away; any other price may be there with the next look.
_AWAY = frozenset({PriceProblem.NO_ANSWER, PriceProblem.NO_PRICES, PriceProblem.NOT_CONNECTED})


class UnwatchedReason(StrEnum):
    """Why an armed guard could not sell now."""

    KEY_REFUSED = "key_refused"
    #: It is not certain yet that the account's changed key opens the same account.
    KEY_UNCERTAIN = "key_uncertain"
    #: NIJA has just started, and the first prices are not in yet.
    STARTING = "starting"
    PRICE_UNKNOWN = "price_unknown"
    #: Its venue's prices were not read for a while.
    NOT_LOOKED_AT = "not_looked_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """An armed guard that could not sell now."""

    guard_id: str
    symbol: str
    venue_label: str
    reason: UnwatchedReason
    #: Why its price is unknown.
    problem: PriceProblem | None = None
    #: The venue's own error text; empty where there is none.
    error: str = ""
    #: None where this process never saw it watched.
    since: datetime | None

    @property
    def is_usual(self) -> bool:
        """Return whether it is how things are, as at night for a stock."""
        return self.problem is PriceProblem.MARKET_CLOSED

    @property
    def is_starting(self) -> bool:
        """Return whether it is only that NIJA has just started."""
        return self.reason is UnwatchedReason.STARTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What is known of the watch over one guard and of its account."""

    guard_mark: GuardMark
    #: When its venue gave prices last; None if never.
    looked_at: datetime | None
    #: Whether that is recent enough.
    is_looked_at: bool
    #: Why the venue refuses the account's key; None while it does not.
    key_refused: str | None = None
    #: Why the account could not be read the last time; None when it was.
    read_error: str | None = None
    #: When the account was last read.
    read_at: datetime | None = None
    #: Whether it is certain that the account's key opens the account that its guards were set for.
    is_key_certain: bool = True
    #: Whether the process started so short a time ago that nothing is missing yet.
    has_just_started: bool = False


def find_unwatched(guard: Guard, watching: Watching) -> Unwatched | None:
    """Return why an armed guard cannot act; None while it can."""
    seen = watching.guard_mark.current
    without_price = seen if isinstance(seen, PriceUnknown) else None
    if watching.key_refused is not None:
        refused = UnwatchedReason.KEY_REFUSED
        return _unwatched(guard, refused, watching.read_at, error=watching.key_refused)
    if not watching.is_key_certain:
        return _unwatched(guard, UnwatchedReason.KEY_UNCERTAIN, None)
    is_blind = without_price is not None or not watching.is_looked_at
    is_closed = without_price is not None and without_price.problem is PriceProblem.MARKET_CLOSED
    if is_blind and not is_closed and _is_first_look(watching):
        return _unwatched(guard, UnwatchedReason.STARTING, None)
    if without_price is not None:
        last, began = watching.guard_mark.last, watching.guard_mark.unknown_since
        since = began.at if began else (last.at if last else None)
        return _unwatched(guard, UnwatchedReason.PRICE_UNKNOWN, since, problem=without_price.problem)
    if not watching.is_looked_at:
        silent, error = UnwatchedReason.NOT_LOOKED_AT, watching.read_error or ""
        return _unwatched(guard, silent, watching.looked_at, error=error)
    return None


def _is_first_look(watching: Watching) -> bool:
    return watching.has_just_started and watching.guard_mark.last is None and not _is_known_silent(watching)


def _is_known_silent(watching: Watching) -> bool:
    """Return whether missing prices are already known, however recently the process started."""
    current = watching.guard_mark.current
    is_away = isinstance(current, PriceUnknown) and current.problem in _AWAY
    # An earlier process may have reported it, and not its end.
    return is_away or watching.guard_mark.unknown_reported or watching.read_error is not None


def _unwatched(
    guard: Guard,
    reason: UnwatchedReason,
    since: datetime | None,
    *,
    problem: PriceProblem | None = None,
    error: str = "",
) -> Unwatched:
    return Unwatched(
        guard_id=guard.guard_id,
        symbol=guard.symbol,
        venue_label=guard.venue.label,
        reason=reason,
        problem=problem,
        error=error,
        since=since,
    )
