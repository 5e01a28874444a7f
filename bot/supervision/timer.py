"""APScheduler behind four typed verbs; nothing else in the process knows it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from engine import wall_time


class Rhythm:
    """An interval that leaves out what was missed.

    APScheduler's own computes every missed run one by one, on the event loop: half a million after thirty days, and
    no end to it when a clock that began in 1970 is put right.
    """

    def __init__(self, every_s: float) -> None:
        self._every = timedelta(seconds=every_s)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return when to call next; called by APScheduler."""
        return wall_time.next_beat(previous_fire_time, self._every, now) if previous_fire_time else now


# APScheduler requires triggers to be registered; it has no types that one could inherit from.
BaseTrigger.register(Rhythm)


class Timer:
    """Calls things again and again on this event loop, each never twice at once."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # A late run is run once and late; it is never dropped and never overlaps itself.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin calling; needs the running loop."""
        self._scheduler.start()

    def every(self, name: str, every_s: float, call: Callable[[], Awaitable[None]]) -> None:
        """Call now and then every so many seconds, in place of what had this name."""
        self._scheduler.add_job(
            call,
            Rhythm(every_s),
            id=name,
            name=name,
            replace_existing=True,
            next_run_time=datetime.now(UTC),
        )

    def pause(self) -> None:
        """Start nothing more; what runs goes on."""
        if self._scheduler.running:
            self._scheduler.pause()

    def shutdown(self) -> None:
        """Stop for good; what still runs is cancelled."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
