"""What servers date their answers with (RFC 9110, `Date`): a second clock to hold this machine's against."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from engine import wall_time
from engine.clock import Clock, Moment, moment

#: A date is reported in whole seconds, cut off.
_RESOLUTION = timedelta(seconds=1)
#: A clock that is off by less than this is taken for right.
_TOLERANCE = timedelta(seconds=1)
_NO_OFFSET = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Answer:
    date: datetime
    sent_s: float
    received_s: float

    def earliest(self, now: Moment) -> datetime:
        return self.date + timedelta(seconds=now.steady_s - self.received_s)

    def latest(self, now: Moment) -> datetime:
        return self.date + _RESOLUTION + timedelta(seconds=now.steady_s - self.sent_s)

    def may_show(self, now: Moment) -> bool:
        """Return whether the server's clock may show what ours does."""
        is_behind = wall_time.is_before(now.at, self.earliest(now) - _TOLERANCE)
        return not is_behind and not wall_time.is_before(self.latest(now) + _TOLERANCE, now.at)


class ServerTimes:
    """Remembers the date of each server's latest answer, and goes on from there by the steady clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: dict[str, _Answer] = {}

    def note(self, server: str, header: str | None, *, sent_s: float) -> None:
        """Remember the date in the header of an answer that comes now; `sent_s` is when it was requested."""
        date = parse_date(header or "")
        if date is not None and wall_time.may_be_of_a_venue(date):
            self._answers[server] = _Answer(date, sent_s, self._clock.monotonic())

    def offset(self, server: str, now: Moment) -> timedelta | None:
        """Return how far a server's clock is ahead of ours; zero while ours may be right, None if not known.

        An answer was dated while it was under way. Of what the server's clock may show now, the latest is taken.
        """
        answer = self._answers.get(server)
        if answer is None:
            return None
        return _NO_OFFSET if answer.may_show(now) else wall_time.between(now.at, answer.latest(now))

    def earliest(self, server: str, now: Moment) -> datetime | None:
        """Return the earliest that a server's clock may show now, whatever ours shows; None if not known."""
        answer = self._answers.get(server)
        return None if answer is None else answer.earliest(now)

    def now_at_least(self, server: str) -> datetime:
        """Return the earliest that a server's clock may show now; ours while that may be right or nothing is known."""
        now, answer = moment(self._clock), self._answers.get(server)
        return now.at if answer is None or answer.may_show(now) else answer.earliest(now)


def parse_date(header: str) -> datetime | None:
    """Return the time of a date header; None where it cannot be read."""
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    # "-0000" means that the zone is not known.
    return date if date.tzinfo else date.replace(tzinfo=UTC)
