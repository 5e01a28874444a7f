"""What servers date their answers with (RFC 9110, `Date`): a second clock to hold this machine's against."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from engine import wall_time
from engine.clock import Clock, Moment

#: A date is told in whole seconds, cut off.
_RESOLUTION = timedelta(seconds=1)
#: A clock that is off by less than this is taken for right.
_TOLERANCE = timedelta(seconds=1)
_NO_OFFSET = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Answer:
    date: datetime
    sent_s: float
    received_s: float


class ServerTimes:
    """Remembers the date of each server's latest answer, and goes on from there by the steady clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: dict[str, _Answer] = {}

    def note(self, server: str, header: str | None, *, sent_s: float) -> None:
        """Remember the date in the header of an answer that comes now; `sent_s` is when it was asked for."""
        date = _parse_date(header or "")
        if date is not None:
            self._answers[server] = _Answer(date, sent_s, self._clock.monotonic())

    def offset(self, server: str, now: Moment) -> timedelta | None:
        """Return how far a server's clock is ahead of ours; zero while ours may be right, None if not known.

        An answer was dated while it was under way. Of what the server's clock may show now, the latest is taken.
        """
        answer = self._answers.get(server)
        if answer is None:
            return None
        earliest = answer.date + timedelta(seconds=now.steady_s - answer.received_s)
        latest = answer.date + _RESOLUTION + timedelta(seconds=now.steady_s - answer.sent_s)
        is_behind = wall_time.is_before(now.at, earliest - _TOLERANCE)
        is_ahead = wall_time.is_before(latest + _TOLERANCE, now.at)
        return wall_time.between(now.at, latest) if is_behind or is_ahead else _NO_OFFSET


def _parse_date(header: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    # "-0000" says that the zone is not known.
    return date if date.tzinfo else date.replace(tzinfo=UTC)
