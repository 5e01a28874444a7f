"""When stocks trade: weekdays 9:30 to 16:00 in New York, or as a test says."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone

from sandbox.alpaca.refusals import Json

#: Winter time all year: the stand-in must not depend on a time zone database.
NEW_YORK = timezone(timedelta(hours=-5))
OPENS = time(9, 30)
CLOSES = time(16)
MIDDAY = time(13)
SATURDAY = 5


class Session:
    """The regular session by the venue's clock; set `forced` to open or close it at will."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        #: True: open since this morning, False: closed, None: by the clock
        self.forced: bool | None = None

    @property
    def is_open(self) -> bool:
        """Whether stocks trade now."""
        if self.forced is not None:
            return self.forced
        now = self._local()
        return now.weekday() < SATURDAY and OPENS <= now.time() < CLOSES

    def clock(self) -> Json:
        """GET /v2/clock."""
        if self.forced:
            return self._midday()
        now = self._local()
        if self.is_open:
            close = _next(now, CLOSES)
            opening = _next(close, OPENS)
        else:
            opening = _next(now, OPENS)
            close = _next(opening, CLOSES)
        return {
            "timestamp": now.isoformat(),
            "is_open": self.is_open,
            "next_open": opening.isoformat(),
            "next_close": close.isoformat(),
        }

    def _midday(self) -> Json:
        """Tell of a session that is half over, whatever the hour and the day are here."""
        moment = datetime.fromtimestamp(self._now(), UTC)
        zone = timezone(timedelta(hours=MIDDAY.hour - moment.hour))
        now = moment.astimezone(zone)
        return {
            "timestamp": now.isoformat(),
            "is_open": True,
            "next_open": datetime.combine(now.date() + timedelta(days=1), OPENS, zone).isoformat(),
            "next_close": datetime.combine(now.date(), CLOSES, zone).isoformat(),
        }

    def _local(self) -> datetime:
        return datetime.fromtimestamp(self._now(), NEW_YORK)


def _next(after: datetime, at: time) -> datetime:
    """The next weekday's moment at this time of day, later than `after`."""
    moment = datetime.combine(after.date(), at, NEW_YORK)
    while moment <= after or moment.weekday() >= SATURDAY:
        moment += timedelta(days=1)
    return moment
