"""When the owner is reminded of what lasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import wall_time
from engine.clock import Moment

#: What lasts (a failing exit, an outage, a missing price) is reported at once, then 30 s, 2 min and 10 min after that,
#: then hourly.
REMIND_AFTER = (timedelta(seconds=30), timedelta(seconds=90), timedelta(minutes=8), timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderState:
    """How often the owner was alerted to what lasts, when first and when last."""

    count: int = 0
    first_at: datetime | None = None
    #: When this process last alerted to it.
    last: Moment | None = None
    #: When the last alert was, as it was stored: by an earlier process, where this one did not.
    stored_at: datetime | None = None

    @classmethod
    def from_times(
        cls, times: Sequence[datetime], *, last: Moment | None, count: int | None = None
    ) -> "ReminderState":
        """Return what is stored of it, with when this process last alerted to it.

        `count` is how many were written where the times of some cannot be read.
        """
        count = len(times) if count is None else count
        return (
            cls(count=count, first_at=times[0], last=last, stored_at=times[-1]) if times else cls(count=count)
        )

    def is_due(self, now: Moment) -> bool:
        """Decide whether an alert is due (again)."""
        limit = REMIND_AFTER[min(self.count, len(REMIND_AFTER)) - 1]
        if self.last is not None:
            return now - self.last >= limit
        return self.stored_at is None or not wall_time.is_younger(self.stored_at, now.at, limit)

    def noted(self, now: Moment) -> "ReminderState":
        """Return it once the owner was alerted (again)."""
        return ReminderState(count=self.count + 1, first_at=self.first_at or now.at, last=now)
