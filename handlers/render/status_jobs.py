"""The jobs in /status, by names that say what each does."""

from collections.abc import Iterator
from datetime import timedelta

from engine.status import JobStatus, StatusReport
from engine.troubles import find_job_trouble
from handlers.render.html import rows
from handlers.render.times import Reader, age_or_never, duration

#: What a job does, where its name in the schedule is not enough.
_JOBS = {
    "snapshots": "balances",
    "costs": "fees and spreads",
    "broker log": "notes on brokers",
    "watch log": "watch record",
    "lease": "single-bot lock",
    "thin history": "history clean-up",
    "forget updates": "message clean-up",
    "forget routes": "route clean-up",
    "alerts": "alert delivery",
    "chat": "hearing the chat",
}


def job_name(name: str) -> str:
    """Name a job by what it does."""
    return _JOBS.get(name, name)


def job_lines(report: StatusReport, reader: Reader) -> Iterator[str]:
    found = [(job, find_job_trouble(job, started_at=report.started_at, now=report.at)) for job in report.jobs]
    ill = [job for job, trouble in found if trouble]
    well = [job for job, trouble in found if not trouble]
    if ill:
        yield f"In trouble:\n{rows(_job(job, reader) for job in ill)}"
    if well:
        yield "1 job on time" if len(well) == 1 else f"{len(well)} jobs on time"


def _job(job: JobStatus, reader: Reader) -> tuple[str, str]:
    # A start that is late by less than a second says nothing to its owner.
    is_late = job.lag_s is not None and job.lag_s >= 1
    late = f", {duration(timedelta(seconds=job.lag_s))} late" if job.lag_s is not None and is_late else ""
    return job_name(job.name), f"{age_or_never(job.last_run_at, reader)}{late}"
