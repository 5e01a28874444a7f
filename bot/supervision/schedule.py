"""What the process does at which interval, kept going through clock steps and failures."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.supervision.jobs import Job, WatchedJob
from bot.supervision.restarting import run_restarting
from bot.supervision.timer import Timer
from engine import wall_time
from engine.clock import Clock
from engine.status import JobStatus

#: How far wall clock and monotonic clock may part before the jobs are set anew.
CLOCK_STEP_S = 2.0
LOOK_EVERY_S = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """Both clocks, read together."""

    wall: datetime
    monotonic: float


def clock_step_s(before: ClockReading, after: ClockReading) -> float:
    """Return how far the wall clock was moved between two readings; negative is back."""
    return wall_time.between(before.wall, after.wall).total_seconds() - (after.monotonic - before.monotonic)


class Schedule:
    """The jobs of the process on one timer.

    The timer waits for wall-clock times: after a step back it would sleep until the old time returns. So both
    clocks are compared each second, and a step sets every job anew.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        *,
        clock: Clock,
        redact: Callable[[str], str],
        beat: Callable[[], None] = lambda: None,
        timer: Timer | None = None,
    ) -> None:
        self._jobs = [WatchedJob(job, clock=clock, redact=redact) for job in jobs]
        self._clock = clock
        self._beat = beat
        self._timer = timer or Timer()
        self._base = self._read()
        self._watch: asyncio.Task[None] | None = None

    @property
    def statuses(self) -> tuple[JobStatus, ...]:
        return tuple(job.status for job in self._jobs)

    def status(self, name: str) -> JobStatus:
        return next(job.status for job in self._jobs if job.job.name == name)

    def start(self) -> None:
        """Run every job now and then at its interval."""
        self._timer.start()
        self._set_all()
        self._watch = asyncio.create_task(
            run_restarting("clock watch", self._watch_clocks), name="clock watch"
        )

    def look(self) -> None:
        """Compare the clocks once, and set the jobs anew after a step."""
        now = self._read()
        step_s = clock_step_s(self._base, now)
        if abs(step_s) > CLOCK_STEP_S:
            log.warning("the wall clock was moved; all jobs are set anew", step_s=round(step_s, 3))
            self._set_all()

    def pause(self) -> None:
        """Start no further run; those in progress go on."""
        self._timer.pause()
        if self._watch:
            self._watch.cancel()

    async def drain(self) -> None:
        """Wait until no run is in progress; those that a stop may cancel are cancelled."""
        await asyncio.gather(*(job.finish() for job in self._jobs))

    def shutdown(self) -> None:
        """Stop for good; runs still in progress are cancelled."""
        self.pause()
        self._timer.shutdown()

    def _set_all(self) -> None:
        self._base = self._read()
        for watched in self._jobs:
            watched.due_now()
            self._timer.every(watched.job.name, watched.job.every_s, watched.run)

    def _read(self) -> ClockReading:
        return ClockReading(wall=self._clock.now(), monotonic=self._clock.monotonic())

    async def _watch_clocks(self) -> None:
        while True:
            self._beat()
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)
