"""What Prometheus scrapes: the figures of the jobs and of the watch."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from engine.status import JobStatus


class JobMetrics(Collector):
    """Reads the schedule anew for each scrape, so that nothing is counted twice or kept past a job's end."""

    def __init__(
        self,
        *,
        started_at: datetime,
        jobs: Callable[[], tuple[JobStatus, ...]],
        are_guards_watched: Callable[[], bool | None],
    ) -> None:
        self._started_at = started_at
        self._jobs = jobs
        self._are_guards_watched = are_guards_watched

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges; `nija_all_guards_watched` is left out until that is known."""
        jobs = self._jobs()
        started_s = self._started_at.timestamp()
        yield GaugeMetricFamily("nija_start_time_seconds", "When the process started", value=started_s)
        last_runs = ((job.name, job.last_run_at.timestamp()) for job in jobs if job.last_run_at)
        yield _gauge("nija_job_last_run_time_seconds", "When each job began its last run", last_runs)
        lags = ((job.name, job.lag_s) for job in jobs if job.lag_s is not None)
        yield _gauge("nija_job_lag_seconds", "How late each job began its last run", lags)
        failing = ((job.name, float(job.last_error is not None)) for job in jobs)
        yield _gauge("nija_job_failing", "1 where the last run of a job failed", failing)
        watched = self._are_guards_watched()
        if watched is not None:
            description = "1 while every guard has a price to be judged by"
            yield GaugeMetricFamily("nija_all_guards_watched", description, value=float(watched))


def render_metrics(metrics: JobMetrics) -> bytes:
    """Return the text that a scrape is answered with."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics)
    return generate_latest(registry)


def _gauge(name: str, documentation: str, values: Iterator[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, documentation, labels=["job"])
    for job, value in values:
        family.add_metric([job], value)
    return family
