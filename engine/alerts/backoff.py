"""How long to wait before trying again, and when to tell the owner again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import wall_time
from engine.clock import Moment
from engine.model.errors import BrokerError, KeyRejectedError, RefusalReason, RefusedError, TryLaterError

#: Seconds between tries of what the venue keeps refusing or does not tell; the last one repeats.
RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)

#: The same where it did not take the request at all: it may be back any second, and a loser must not wait for long.
AWAY_RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0, 5.0)

#: An exit that keeps failing is told at once, then 30 s, 2 min and 10 min after that, then hourly.
TELL_AGAIN_AFTER = (timedelta(seconds=30), timedelta(seconds=90), timedelta(minutes=8), timedelta(hours=1))

#: A rejected key needs its owner, not haste.
KEY_REJECTED_PAUSE_S = 60.0
#: Between two looks at a market that takes no orders.
MARKET_LOOK_S = 15.0


def pause_s(why: BrokerError | str, failures: int) -> float:
    """Return how long to wait after the given number of failures in a row (1 or more), the last being `why`."""
    if isinstance(why, KeyRejectedError):
        return KEY_REJECTED_PAUSE_S
    if isinstance(why, RefusedError) and why.reason is RefusalReason.MARKET_UNAVAILABLE:
        return MARKET_LOOK_S
    is_away = isinstance(why, TryLaterError) and not why.punishes_haste
    pauses_s = AWAY_RETRY_AFTER_S if is_away else RETRY_AFTER_S
    return pauses_s[min(failures, len(pauses_s)) - 1]


def away_pause_s(failures: int, *, waited_s: float) -> float:
    """Return how much longer to wait for a venue that lost so many requests in a row, since the last one left."""
    return max(0.0, AWAY_RETRY_AFTER_S[min(failures, len(AWAY_RETRY_AFTER_S)) - 1] - waited_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How often the owner was told of what goes on, when first and when last."""

    count: int = 0
    first_at: datetime | None = None
    #: When this process told it last.
    last: Moment | None = None
    #: When it was told last, as it was stored: by an earlier process, where this one did not.
    stored_at: datetime | None = None

    @classmethod
    def from_times(cls, times: Sequence[datetime], *, last: Moment | None) -> "Told":
        """Return what is stored of it, with when this process told it last."""
        return cls(count=len(times), first_at=times[0], last=last, stored_at=times[-1]) if times else cls()

    def is_due(self, now: Moment) -> bool:
        """Decide whether it must be told (again)."""
        limit = TELL_AGAIN_AFTER[min(self.count, len(TELL_AGAIN_AFTER)) - 1]
        if self.last is not None:
            return now - self.last >= limit
        return self.stored_at is None or not wall_time.is_younger(self.stored_at, now.at, limit)

    def noted(self, now: Moment) -> "Told":
        """Return it once the owner was told (again)."""
        return Told(count=self.count + 1, first_at=self.first_at or now.at, last=now)
