"""Whether the process is alive and guards, for supervisors and for graphs."""

from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.supervision.metrics import JobMetrics, render_metrics
from engine.clock import Clock
from engine.status import JobStatus
from engine.troubles import find_job_trouble

log = structlog.get_logger(__name__)


def why_not_ready(jobs: tuple[JobStatus, ...], *, started_at: datetime, now: datetime) -> dict[str, str]:
    """Return each job that does not do its work, with the reason."""
    found = (find_job_trouble(job, started_at=started_at, now=now) for job in jobs)
    return {trouble.name: trouble.detail or "late" for trouble in found if trouble}


class HealthPages:
    """`/healthz`: the loop turns; `/readyz`: every job does its work; `/metrics`: the figures.

    A venue that gives no prices leaves the process ready, as no restart and no other version of it helps; the pages
    also show whether all guards are watched.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        jobs: Callable[[], tuple[JobStatus, ...]],
        are_guards_watched: Callable[[], bool | None],
    ) -> None:
        self._clock = clock
        self._jobs = jobs
        self._are_guards_watched = are_guards_watched
        self._started_at = clock.now()
        self._metrics_of = JobMetrics(
            started_at=self._started_at, jobs=jobs, are_guards_watched=are_guards_watched
        )

    def routes(self) -> tuple[web.RouteDef, ...]:
        """Return the pages for any server that shows them."""
        return (
            web.get("/healthz", self._alive),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._metrics),
        )

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _ready(self, _request: web.Request) -> web.Response:
        reasons = why_not_ready(self._jobs(), started_at=self._started_at, now=self._clock.now())
        # Error texts stay inside: a client here need not be an owner.
        watched = self._are_guards_watched()
        body = {"ready": not reasons, "not_ready": sorted(reasons), "all_guards_watched": watched}
        return web.json_response(body, status=503 if reasons else 200)

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(
            body=render_metrics(self._metrics_of), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )


class HealthServer:
    """Shows the health pages on a port."""

    def __init__(self, *, host: str, port: int, pages: HealthPages) -> None:
        self._host = host
        self._port = port
        self._pages = pages
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
        app.router.add_routes(self._pages.routes())
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
        self._is_wanted = False
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
