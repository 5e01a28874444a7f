"""What a failed send means for its alert: sent again, sent in another form, or possibly delivered."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.doubling_pause import doubling_pause_s

BACKOFF_FIRST_S = 1.0
BACKOFF_MOST_S = 60.0
#: A user who blocked the bot, or has not pressed Start yet, is tried again after this at the latest.
CLOSED_CHAT_S = 600.0
#: The first times sooner: one such answer may be a passing fault of Telegram's.
CLOSED_FIRST_S = 10.0
REFUSED_FIRST_S = 5.0
REFUSED_MOST_S = 300.0
#: What is not critical is given up at the next refusal.
REFUSALS_MOST = 5
#: What Telegram's description of it contains, in lower case.
CLOSED_CHAT_SIGNS = ("forbidden", "chat not found")
#: On top of what Telegram requests: it counts whole seconds.
SLACK_S = 0.5
#: A pause that Telegram requests is kept up to here by what is critical; a longer one is tried after 15, 30, 60 s.
REQUESTED_MOST_S = 60.0
REQUESTED_FIRST_S = 15.0
#: No pause is kept longer: one odd answer must not leave the chat unread for days.
KEPT_MOST_S = 3600.0
#: httpx errors after which Telegram cannot have seen the request.
NEVER_LEFT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ProxyError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """It did not arrive; everything for this chat waits."""

    after_s: float
    #: True when it is the chat that takes nothing, until its owner opens it.
    closed: bool = False
    #: True when Telegram itself named the pause.
    requested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PossiblyDelivered:
    """It may have arrived; sent again it is marked as a possible repetition."""

    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AsPlainText:
    """Telegram does not take our markup or buttons; plain text may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Telegram does not take even plain text, now at least."""


SendVerdict: TypeAlias = Later | PossiblyDelivered | AsPlainText | Refused


def pause_after_refusal_s(refusals: int, *, critical: bool) -> float | None:
    """Return how long what was refused waits, 5, 10, 20 … 300 s; None when it is given up.

    Telegram also answers 400 when it is in trouble itself, and an exit must be reported, however late.
    """
    if refusals > REFUSALS_MOST and not critical:
        return None
    return doubling_pause_s(refusals, first_s=REFUSED_FIRST_S, most_s=REFUSED_MOST_S)


def critical_pause_s(requested_s: float, *, attempts: int) -> float:
    """Return how long something critical waits when Telegram requests so much; `attempts` counts this one.

    A chat with a pause of an hour may take the next message: no sale may be reported an hour late.
    """
    if requested_s <= REQUESTED_MOST_S:
        return requested_s
    return doubling_pause_s(attempts, first_s=REQUESTED_FIRST_S, most_s=REQUESTED_MOST_S)


def judge(error: TelegramError, *, attempts: int, plain: bool) -> SendVerdict:
    """Decide what a failed send means; `attempts` counts this one, `plain` is true if it had no markup."""
    if isinstance(error, BadRequest) and not _is_closed(error):
        # Whatever it does not like, plain text has the least that may be wrong.
        return Refused() if plain else AsPlainText()
    if _may_have_arrived(error):
        return PossiblyDelivered(after_s=backoff_s(attempts))
    return Later(
        after_s=_pause_s(error, attempts), closed=_is_closed(error), requested=isinstance(error, RetryAfter)
    )


def backoff_s(attempts: int) -> float:
    """Return how long to wait after so many failures: 1, 2, 4 … 60 s."""
    return doubling_pause_s(attempts, first_s=BACKOFF_FIRST_S, most_s=BACKOFF_MOST_S)


def requested_pause_s(error: TelegramError) -> float | None:
    """Return the pause before the same request that Telegram requests; None where it names none.

    "The number of seconds left to wait before the request can be repeated"
    (https://core.telegram.org/bots/api#responseparameters). Other methods need not wait for it.
    """
    if not isinstance(error, RetryAfter):
        return None
    pause = error.retry_after
    return max(0.0, pause.total_seconds() if isinstance(pause, timedelta) else float(pause))


def kept_pause_s(error: TelegramError) -> float | None:
    """Return how much of the pause that Telegram requests is kept: all of it, an hour at most."""
    requested_s = requested_pause_s(error)
    return None if requested_s is None else SLACK_S + min(requested_s, KEPT_MOST_S)


def _pause_s(error: TelegramError, attempts: int) -> float:
    kept_s = kept_pause_s(error)
    if kept_s is not None:
        return kept_s
    if _is_closed(error):
        return doubling_pause_s(attempts, first_s=CLOSED_FIRST_S, most_s=CLOSED_CHAT_S)
    # A rejected token is the owner's to mend; nothing gets better by hurrying.
    return BACKOFF_MOST_S if isinstance(error, InvalidToken) else backoff_s(attempts)


def _is_closed(error: TelegramError) -> bool:
    text = error.message.lower()
    return isinstance(error, Forbidden) or any(sign in text for sign in CLOSED_CHAT_SIGNS)


def _may_have_arrived(error: TelegramError) -> bool:
    cause = error.__cause__
    if cause is None or isinstance(cause, TelegramError):
        # A refusal or a 5xx was Telegram's answer; an answer that cannot be read proves nothing.
        return isinstance(error, TimedOut) or "invalid server response" in error.message.lower()
    return type(cause).__name__ not in NEVER_LEFT
