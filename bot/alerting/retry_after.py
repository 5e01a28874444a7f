"""The pause that an HTTP answer requests (RFC 9110, section 10.2.3)."""

from dataclasses import dataclass
from datetime import datetime

from engine import wall_time
from engine.server_times import parse_date

#: No pause is kept longer: one odd answer must not silence an address for days.
RETRY_AFTER_MOST_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAfterHeader:
    """A `Retry-After` header, and the `Date` of the same answer."""

    value: str
    date: str | None = None

    def pause_s(self, now: datetime) -> float | None:
        """Return how long to wait, an hour at most; None where the header cannot be read.

        A time is held against the server's own date, as one clock reported both; against ours where it names none.
        """
        value = self.value.strip()
        if value.isascii() and value.isdigit():
            # Through a float: int() refuses more than 4300 digits.
            return min(float(value), RETRY_AFTER_MOST_S)
        until = parse_date(value)
        if until is None:
            return None
        pause_s = wall_time.between(parse_date(self.date or "") or now, until).total_seconds()
        return max(0.0, min(pause_s, RETRY_AFTER_MOST_S))
