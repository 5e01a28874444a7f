"""When its owner is told again of what goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import wall_time
from engine.clock import Moment

#: An exit that keeps failing is told at once, then 30 s, 2 min and 10 min after that, then hourly.
TELL_AGAIN_AFTER = (timedelta(seconds=30), timedelta(seconds=90), timedelta(minutes=8), timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderState:
    """How often the owner was told of what goes on, when first and when last."""

    count: int = 0
    first_at: datetime | None = None
    #: When this process told it last.
    last: Moment | None = None
    #: When it was told last, as it was stored: by an earlier process, where this one did not.
    stored_at: datetime | None = None

    @classmethod
    def from_times(cls, times: Sequence[datetime], *, last: Moment | None) -> "ReminderState":
        """Return what is stored of it, with when this process told it last."""
        return cls(count=len(times), first_at=times[0], last=last, stored_at=times[-1]) if times else cls()

    def is_due(self, now: Moment) -> bool:
        """Decide whether it must be told (again)."""
        limit = TELL_AGAIN_AFTER[min(self.count, len(TELL_AGAIN_AFTER)) - 1]
        if self.last is not None:
            return now - self.last >= limit
        return self.stored_at is None or not wall_time.is_younger(self.stored_at, now.at, limit)

    def noted(self, now: Moment) -> "ReminderState":
        """Return it once the owner was told (again)."""
        return ReminderState(count=self.count + 1, first_at=self.first_at or now.at, last=now)
