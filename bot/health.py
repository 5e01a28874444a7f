"""Whether the process is alive and guards, for supervisors and for graphs."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime

import structlog
from aiohttp import web

from engine.clock import Clock
from engine.status import JobStatus, find_job_trouble, is_late, overdue_after

#: The rules are the engine's, so that this page and /status never contradict each other.
__all__ = ["HealthServer", "is_late", "overdue_after", "render_metrics", "why_not_ready"]

log = structlog.get_logger(__name__)


def why_not_ready(jobs: tuple[JobStatus, ...], *, started_at: datetime, now: datetime) -> dict[str, str]:
    """Return each job that does not do its work, with the reason."""
    found = (find_job_trouble(job, started_at=started_at, now=now) for job in jobs)
    return {trouble.name: trouble.words or "late" for trouble in found if trouble}


def render_metrics(
    jobs: tuple[JobStatus, ...], *, started_at: datetime, all_watched: bool | None = None
) -> str:
    """Write the figures of the jobs and of the watch in Prometheus' text format."""
    lines = (*_metric_lines(jobs, started_at), *_watch_lines(all_watched=all_watched))
    return "".join(f"{line}\n" for line in lines)


def _watch_lines(*, all_watched: bool | None) -> Iterator[str]:
    if all_watched is not None:
        yield "# TYPE nija_all_guards_watched gauge"
        yield f"nija_all_guards_watched {int(all_watched)}"


def _metric_lines(jobs: tuple[JobStatus, ...], started_at: datetime) -> Iterator[str]:
    yield "# TYPE nija_start_time_seconds gauge"
    yield f"nija_start_time_seconds {started_at.timestamp():.3f}"
    yield "# TYPE nija_job_last_run_time_seconds gauge"
    for job in jobs:
        if job.last_run_at:
            yield f'nija_job_last_run_time_seconds{{job="{job.name}"}} {job.last_run_at.timestamp():.3f}'
    yield "# TYPE nija_job_lag_seconds gauge"
    for job in jobs:
        if job.lag_s is not None:
            yield f'nija_job_lag_seconds{{job="{job.name}"}} {job.lag_s:.3f}'
    yield "# TYPE nija_job_failing gauge"
    for job in jobs:
        yield f'nija_job_failing{{job="{job.name}"}} {int(job.last_error is not None)}'


class HealthServer:
    """`/healthz`: the loop turns; `/readyz`: every job does its work; `/metrics`: the figures.

    A venue that gives no prices leaves the process ready, as no restart and no other version of it helps; the pages
    say beside that whether all guards are watched.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        clock: Clock,
        jobs: Callable[[], tuple[JobStatus, ...]],
        are_guards_watched: Callable[[], bool | None],
    ) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._jobs = jobs
        self._are_guards_watched = are_guards_watched
        self._started_at = clock.now()
        self._runner: web.AppRunner | None = None
        self._is_wanted = False

    @property
    def url(self) -> str:
        """Return where it listens, once started."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen, port 0 takes a free one; where that is impossible the bot goes on without, and tries again."""
        self._is_wanted = True
        try:
            await self.keep()
        except OSError as error:
            log.error("the health pages cannot be opened", host=self._host, port=self._port, why=str(error))  # noqa: TRY400

    async def keep(self) -> None:
        """Listen where that was impossible before; a job does this."""
        if not self._is_wanted or self._runner:
            return
        app = web.Application()
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except BaseException:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening."""
        self._is_wanted = False
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _ready(self, _request: web.Request) -> web.Response:
        reasons = why_not_ready(self._jobs(), started_at=self._started_at, now=self._clock.now())
        # Error texts stay inside: whoever may ask here need not be an owner.
        watched = self._are_guards_watched()
        body = json.dumps({"ready": not reasons, "not_ready": sorted(reasons), "all_guards_watched": watched})
        return web.json_response(text=body, status=503 if reasons else 200)

    async def _metrics(self, _request: web.Request) -> web.Response:
        watched = self._are_guards_watched()
        text = render_metrics(self._jobs(), started_at=self._started_at, all_watched=watched)
        return web.Response(text=text)
