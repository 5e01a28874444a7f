"""What in the state of the process the owner must know of at once; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine import wall_time
from engine.brokers.streams.price_stream import Loss
from engine.status import JobStatus, StatusReport

#: What happens at an interval is missing when it stayed out this many times.
_MISSED_RUNS = 3
#: Short intervals are given this much anyway.
_GRACE = timedelta(seconds=15)
_OUTBOX_MAX_DELAY = timedelta(minutes=2)
_EXIT_MAX_DELAY = timedelta(seconds=10)
#: A stream that comes back sooner needs nobody: its venue is polled meanwhile.
_STREAM_LOST_AFTER = timedelta(minutes=5)


class Symptom(StrEnum):
    """Something the owner must know of at once."""

    BROKER_SILENT = "broker_silent"
    PRICES_MISSING = "prices_missing"
    PRICES_POLLED = "prices_polled"
    ACCOUNT_BLOCKED = "account_blocked"
    ORDERS_UNREADABLE = "orders_unreadable"
    DATABASE_FAILING = "database_failing"
    GUARDS_UNREADABLE = "guards_unreadable"
    GUARDS_UNWATCHED = "guards_unwatched"
    EXIT_FAILING = "exit_failing"
    #: Nobody knows whether an exit sold.
    EXIT_UNKNOWN = "exit_unknown"
    #: An exit takes too long.
    EXIT_UNFINISHED = "exit_unfinished"
    GUARDS_PAUSED = "guards_paused"
    JOB_FAILED = "job_failed"
    JOB_LATE = "job_late"
    ALERTS_WAITING = "alerts_waiting"
    ALERTS_REFUSED = "alerts_refused"
    #: The second address takes no alert.
    POSTS_REFUSED = "posts_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One symptom, with what the chat needs to describe it."""

    symptom: Symptom
    #: A broker's or job's name.
    name: str = ""
    count: int = 0
    lasting: timedelta = timedelta(0)
    #: The error text, if any.
    detail: str = ""
    #: Why a stream delivers nothing.
    loss: Loss | None = None


def overdue_after(every_s: float) -> timedelta:
    """Return how long what happens at an interval may stay out before it counts as missing."""
    return max(timedelta(seconds=_MISSED_RUNS * every_s), _GRACE)


def is_late(job: JobStatus, *, started_at: datetime, now: datetime) -> bool:
    """Return whether a job has not begun a run for longer than its interval explains."""
    if job.idle_s is not None:
        return timedelta(seconds=job.idle_s) > overdue_after(job.every_s)
    return wall_time.is_older(job.last_run_at or started_at, now, overdue_after(job.every_s))


def find_job_trouble(job: JobStatus, *, started_at: datetime, now: datetime) -> Trouble | None:
    """Return why a job does not do its work; None when it does."""
    if job.last_error:
        return Trouble(symptom=Symptom.JOB_FAILED, name=job.name, detail=job.last_error)
    if is_late(job, started_at=started_at, now=now):
        return Trouble(symptom=Symptom.JOB_LATE, name=job.name)
    return None


def find_troubles(report: StatusReport) -> tuple[Trouble, ...]:
    """Return everything that needs the owner, the worst kinds first; nothing when all is well."""
    jobs = (find_job_trouble(job, started_at=report.started_at, now=report.at) for job in report.jobs)
    return (
        *_broker_troubles(report),
        *_stream_troubles(report),
        *_database_troubles(report),
        *_guard_troubles(report),
        *(trouble for trouble in jobs if trouble),
        *_alert_troubles(report),
    )


def _broker_troubles(report: StatusReport) -> Iterator[Trouble]:
    for broker in report.brokers:
        if broker.last_error_at is not None and broker.last_error is not None:
            yield Trouble(symptom=Symptom.BROKER_SILENT, name=broker.account.venue.label)
        elif broker.prices_error is not None:
            yield Trouble(
                symptom=Symptom.PRICES_MISSING, name=broker.account.venue.label, detail=broker.prices_error
            )
        if broker.block:
            yield Trouble(
                symptom=Symptom.ACCOUNT_BLOCKED, name=broker.account.venue.label, detail=broker.block
            )
        if broker.unreadable_orders:
            detail = ", ".join(broker.unreadable_orders)
            label = broker.account.venue.label
            yield Trouble(symptom=Symptom.ORDERS_UNREADABLE, name=label, detail=detail)


def _stream_troubles(report: StatusReport) -> Iterator[Trouble]:
    for streamed in report.streams:
        lost = [one for one in streamed.polled if one.is_disconnected and one.lasting > _STREAM_LOST_AFTER]
        if lost:
            longest = max(lost, key=lambda one: one.lasting)
            yield Trouble(
                symptom=Symptom.PRICES_POLLED,
                name=streamed.venue_label,
                lasting=longest.lasting,
                loss=longest.loss,
            )


def _database_troubles(report: StatusReport) -> Iterator[Trouble]:
    if report.database_failing_s is not None:
        lasting = timedelta(seconds=report.database_failing_s)
        yield Trouble(symptom=Symptom.DATABASE_FAILING, lasting=lasting)


def _guard_troubles(report: StatusReport) -> Iterator[Trouble]:
    if report.unreadable:
        yield Trouble(symptom=Symptom.GUARDS_UNREADABLE, count=len(report.unreadable))
    unusual = [one for one in report.unwatched if not (one.is_usual or one.is_starting)]
    if unusual:
        yield Trouble(symptom=Symptom.GUARDS_UNWATCHED, count=len(unusual))
    unknown = sum(bool(one.order_ids) for one in report.failing)
    if unknown:
        yield Trouble(symptom=Symptom.EXIT_UNKNOWN, count=unknown)
    if len(report.failing) > unknown:
        yield Trouble(symptom=Symptom.EXIT_FAILING, count=len(report.failing) - unknown)
    since = None if report.failing else report.exits_since
    if since is not None and wall_time.is_older(since, report.at, _EXIT_MAX_DELAY):
        yield Trouble(symptom=Symptom.EXIT_UNFINISHED, lasting=wall_time.between(since, report.at))
    if report.paused:
        yield Trouble(symptom=Symptom.GUARDS_PAUSED, count=len(report.paused))


def _alert_troubles(report: StatusReport) -> Iterator[Trouble]:
    if report.outbox_refused:
        yield Trouble(symptom=Symptom.ALERTS_REFUSED, count=report.outbox_refused)
    if report.posts.refused:
        yield Trouble(symptom=Symptom.POSTS_REFUSED, count=report.posts.refused)
    oldest = report.outbox_oldest_at
    if oldest is not None and wall_time.is_older(oldest, report.at, _OUTBOX_MAX_DELAY):
        yield Trouble(symptom=Symptom.ALERTS_WAITING, count=report.outbox_waiting)
