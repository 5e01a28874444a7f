"""The words of /status."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from engine.status import BrokerStatus, GateStatus, JobStatus, NonceStatus, PriceAge, StatusReport
from handlers.render.html import bold, escape, foreign, rows
from handlers.render.screen import Screen, refresh_row
from handlers.render.times import Reader, duration

#: A job that has missed this many turns is reported as standing still.
_TURNS_MISSED = 3
_JOB_GRACE_S = 10.0
_OUTBOX_PATIENCE = timedelta(minutes=2)
_EXIT_PATIENCE = timedelta(seconds=10)
_BYTES_PER_MB = 1_000_000


def render_status(report: StatusReport, reader: Reader) -> Screen:
    """Show whether all is well, then every part of the process with its last sign of life."""
    blocks = (
        _head(report, reader),
        _section("Brokers", (_broker(broker, reader) for broker in report.brokers)),
        _section("Guards", _guards(report, reader)),
        _section("Entries", (_gate(gate) for gate in report.gates)),
        _section("Jobs", _jobs(report, reader)),
        _section("Nonces", (_nonce(nonce, reader) for nonce in report.nonces)),
        _section("Alerts", (_outbox(report, reader),)),
        _section("Database", _database(report)),
        reader.as_of(report.at),
    )
    return Screen(text="\n\n".join(block for block in blocks if block), keyboard=refresh_row("status"))


def _head(report: StatusReport, reader: Reader) -> str:
    lines = [f"{bold('Status')} · {escape(report.mode)} · version {escape(report.version)}"]
    lines.append(
        f"Running for {duration(report.at - report.started_at)}, since {reader.clock(report.started_at)}."
    )
    troubles = list(_troubles(report))
    if not troubles:
        lines.append("All is well.")
    else:
        lines.append(bold("Needs your attention:"))
        lines += [f"• {foreign(trouble)}" for trouble in troubles]
    return "\n".join(lines)


def _troubles(report: StatusReport) -> Iterator[str]:
    for broker in report.brokers:
        if _is_failing(broker):
            yield f"{broker.account.venue.label} does not answer."
    if report.database_failing_s is not None:
        lasting = duration(timedelta(seconds=report.database_failing_s))
        yield f"The database cannot be written for {lasting}: exits cannot be carried out."
    yield from _guard_troubles(report)
    yield from _job_troubles(report)
    oldest = report.outbox_oldest_at
    if oldest is not None and report.at - oldest > _OUTBOX_PATIENCE:
        yield "Alerts are waiting to be delivered."


def _guard_troubles(report: StatusReport) -> Iterator[str]:
    for age in report.prices:
        if age.at is None:
            yield f"{age.symbol} at {age.venue_label} has no price: its guard cannot act."
    if report.guards_unwatched:
        yield f"Guards not watched now: {report.guards_unwatched}. Nobody looks at their prices."
    if report.exits_since is not None and report.at - report.exits_since > _EXIT_PATIENCE:
        in_flight = duration(report.at - report.exits_since)
        yield f"An exit is in flight for {in_flight} and not finished; /history says why."
    if report.guards_paused:
        yield f"Guards paused: {report.guards_paused}. /positions says why."


def _job_troubles(report: StatusReport) -> Iterator[str]:
    for job in report.jobs:
        if job.last_error:
            yield f"The job {job.name} failed: {job.last_error}"
        elif _stands_still(job, report):
            yield f"The job {job.name} stands still."


def _is_failing(broker: BrokerStatus) -> bool:
    if broker.last_error_at is None:
        return False
    return broker.last_answer_at is None or broker.last_error_at > broker.last_answer_at


def _stands_still(job: JobStatus, report: StatusReport) -> bool:
    allowed_s = _TURNS_MISSED * job.every_s + _JOB_GRACE_S
    return report.at - (job.last_run_at or report.started_at) > timedelta(seconds=allowed_s)


def _broker(broker: BrokerStatus, reader: Reader) -> str:
    label = broker.account.venue.label
    answered = f"answered {_age(broker.last_answer_at, reader)}" if broker.last_answer_at else "no answer yet"
    if broker.last_error is None or broker.last_error_at is None:
        return f"{label}: {answered}, no errors"
    return f"{label}: {answered}; error {reader.age(broker.last_error_at)}: {foreign(broker.last_error)}"


def _guards(report: StatusReport, reader: Reader) -> Iterator[str]:
    unwatched = f", {report.guards_unwatched} not watched" if report.guards_unwatched else ""
    yield (
        f"{report.guards_armed} watching{unwatched}, {report.guards_paused} paused, "
        f"{report.exits_in_flight} being sold"
    )
    if report.prices:
        yield rows((_price_label(age), _age(age.at, reader)) for age in report.prices)


def _gate(gate: GateStatus) -> str:
    return f"gate {escape(gate.name)}: {'open' if gate.shut is None else f'shut, {foreign(gate.shut)}'}"


def _price_label(age: PriceAge) -> str:
    return f"{age.symbol} {age.venue_label}"


def _jobs(report: StatusReport, reader: Reader) -> Iterator[str]:
    if report.jobs:
        yield rows((job.name, _job(job, reader)) for job in report.jobs)


def _job(job: JobStatus, reader: Reader) -> str:
    late = "" if job.lag_s is None else f", late {duration(timedelta(seconds=job.lag_s))}"
    return f"{_age(job.last_run_at, reader)}{late}"


def _nonce(nonce: NonceStatus, reader: Reader) -> str:
    used = reader.age(nonce.last_used_at)
    return f"key {escape(nonce.fingerprint)}: {nonce.last_nonce}, {used}, {nonce.issued:,} issued"


def _outbox(report: StatusReport, reader: Reader) -> str:
    if not report.outbox_waiting:
        return "none waiting"
    return f"{report.outbox_waiting} waiting, the oldest from {_age(report.outbox_oldest_at, reader)}"


def _database(report: StatusReport) -> Iterator[str]:
    size = f"{report.database_bytes / _BYTES_PER_MB:,.1f} MB"
    yield f"{escape(report.database)}, {size}, revision {escape(report.database_revision)}"


def _age(at: datetime | None, reader: Reader) -> str:
    return "never" if at is None else reader.age(at)


def _section(title: str, lines: Iterator[str] | tuple[str, ...]) -> str:
    body = "\n".join(lines)
    return f"{bold(title)}\n{body}" if body else ""
