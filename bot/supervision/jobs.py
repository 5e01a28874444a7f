"""One job and the edge around it: whatever it does, it is timed, reported and survived."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from engine.clock import Clock
from engine.status import JobStatus

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is done how often."""

    name: str
    every_s: float
    what: Callable[[], Awaitable[None]]
    #: A run is cancelled after so long: one that hangs would otherwise be the last.
    budget_s: float
    #: A stop cancels it: it fetches only what the next start fetches again.
    is_cut_by_stop: bool = False


class WatchedJob:
    """Runs a job, never twice at once, and remembers how it went; it raises nothing."""

    def __init__(self, job: Job, *, clock: Clock, redact: Callable[[str], str]) -> None:
        self.job = job
        self._clock = clock
        self._redact = redact
        self._running = asyncio.Lock()
        self._budget: asyncio.Timeout | None = None
        self._is_cut = False
        self._due_from = clock.monotonic() - job.every_s
        self._last_run_at: datetime | None = None
        self._began_s = clock.monotonic()
        self._lag_s: float | None = None
        self._last_error: str | None = None

    @property
    def status(self) -> JobStatus:
        """Return when it last ran, how late, and what went wrong then."""
        return JobStatus(
            name=self.job.name,
            every_s=self.job.every_s,
            last_run_at=self._last_run_at,
            lag_s=self._lag_s,
            last_error=self._last_error,
            idle_s=self._clock.monotonic() - self._began_s,
        )

    def due_now(self) -> None:
        """Count lateness from now on."""
        self._due_from = self._clock.monotonic() - self.job.every_s

    async def run(self) -> None:
        """Run once, within the budget."""
        async with self._running:
            self._note_start()
            self._budget = budget = asyncio.timeout(0 if self._is_cut else self.job.budget_s)
            try:
                async with budget:
                    await self.job.what()
            except Exception as error:  # noqa: BLE001 - the scheduler's edge: reported, and run again
                self._report(error, is_late=isinstance(error, TimeoutError) and budget.expired())
            else:
                self._succeed()

    async def idle(self) -> None:
        """Wait until no run is in progress."""
        async with self._running:
            pass

    async def finish(self) -> None:
        """Let a run in progress end, or cancel it where a stop may."""
        if self.job.is_cut_by_stop:
            self._is_cut = True
            if self._running.locked() and self._budget and not self._budget.expired():
                self._budget.reschedule(0)
        await self.idle()

    def _report(self, error: Exception, *, is_late: bool) -> None:
        if not (is_late and self._is_cut):
            self._fail(error, f"took longer than {self.job.budget_s:g} s" if is_late else _error_text(error))

    def _note_start(self) -> None:
        started = self._clock.monotonic()
        self._lag_s = lag_s(since_last_s=started - self._due_from, every_s=self.job.every_s)
        self._due_from = self._began_s = started
        self._last_run_at = self._clock.now()

    def _fail(self, error: Exception, why: str) -> None:
        self._last_error = self._redact(why)
        log.error("job failed", job=self.job.name, why=self._last_error, exc_info=error)

    def _succeed(self) -> None:
        if self._last_error:
            log.info("job works again", job=self.job.name)
        self._last_error = None


def lag_s(*, since_last_s: float, every_s: float) -> float:
    """Return how much later than due a run started; an early one was not late."""
    return max(0.0, since_last_s - every_s)


def _error_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
