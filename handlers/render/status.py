"""The text of /status."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from engine import wall_time
from engine.alerts.messages import RecordKind, RecordUnreadable
from engine.entries.halts import Halt
from engine.guards.unwatched import Unwatched
from engine.nonce.store import NonceStatus
from engine.status import (
    BrokerStatus,
    JobStatus,
    PriceAge,
    StatusReport,
    Symptom,
    Trouble,
    find_job_trouble,
    find_troubles,
)
from handlers.render.exits import named_orders, opening_of, whether_sold
from handlers.render.halt import halted_since
from handlers.render.html import bold, escape, foreign, rows
from handlers.render.screen import Screen, refresh_row
from handlers.render.times import Reader, duration

_BYTES_PER_MB = 1_000_000
#: Enough to distinguish two keys; nija nonce show has the whole.
_SHOWN_OF_FINGERPRINT = 4

_NOTHING_SOLD = "Whatever is lost, nothing is sold by itself. /positions shows what could be guarded."

#: What a job does, where its name in the schedule is not enough.
_UNREADABLE = "unreadable"
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

_TROUBLES = {
    Symptom.BROKER_SILENT: "{name} does not answer.",
    Symptom.PRICES_MISSING: (
        "{name} reports no prices ({detail}). Balances there are read; what they are worth is not known."
    ),
    Symptom.ACCOUNT_BLOCKED: "{name} takes no orders: {detail}. No guard there can sell.",
    Symptom.ORDERS_UNREADABLE: (
        "{name} lists open orders that NIJA cannot read ({detail}). "
        "What they hold cannot be freed for a sale: look at them there."
    ),
    Symptom.DATABASE_FAILING: "The database cannot be written for {lasting}: exits cannot be carried out.",
    Symptom.GUARDS_UNREADABLE: (
        "Guards whose record in the database cannot be read: {count}. Nothing watches them; see Guards below."
    ),
    Symptom.GUARDS_UNWATCHED: (
        "Guards not watched now: {count}. They cannot sell; see Guards below. "
        "If you cannot wait, sell in the broker's own app."
    ),
    Symptom.EXIT_FAILING: (
        "Exits that do not get through: {count}; see Guards below, /history shows each try. "
        "If you cannot wait, sell in the broker's own app."
    ),
    Symptom.EXIT_UNKNOWN: (
        "Exits of which it is unknown whether they sold: {count}; see Guards below, /history shows each try. "
        "If you cannot wait, look first at the broker whether an order of NIJA's stands or filled there, then decide."
    ),
    Symptom.EXIT_UNFINISHED: "An exit is in flight for {lasting} and not finished; /history says why.",
    Symptom.GUARDS_PAUSED: "Guards paused: {count}. They sell nothing until you answer; see Guards below.",
    Symptom.JOB_FAILED: "The job “{job}” failed: {detail}",
    Symptom.JOB_LATE: "The job “{job}” has stopped running.",
    Symptom.ALERTS_WAITING: "Alerts are waiting to be delivered.",
    Symptom.POSTS_REFUSED: (
        "Alerts that NIJA_ALERT_URL refuses: {count}; they are tried on for a day. Look into what it takes."
    ),
    Symptom.ALERTS_REFUSED: "Alerts that Telegram refuses: {count}; they are tried on. /history shows every exit.",
}


def render_status(report: StatusReport, reader: Reader, halt: Halt | None = None) -> Screen:
    """Show whether all is well, then every part of the process with its last sign of life."""
    blocks = (
        "\n".join(_head(report, reader)),
        _section("Brokers", (_broker(broker, report, reader) for broker in report.brokers)),
        _section("Guards", _guards(report, reader)),
        "\n".join(_entries(report, reader, halt)),
        _section("Jobs", _jobs(report, reader)),
        f"{bold('Alerts')}: {_outbox(report, reader)}\n{bold('Database')}: {_database(report)}",
        _section("Nonces, one counter per key", (_nonce(nonce, reader) for nonce in report.nonces)),
        reader.as_of(report.at),
    )
    return Screen(text="\n\n".join(block for block in blocks if block), keyboard=refresh_row("status"))


def _head(report: StatusReport, reader: Reader) -> Iterator[str]:
    yield bold("Status")
    yield from _verdict(report)
    running = duration(wall_time.between(report.started_at, report.at))
    yield f"{escape(report.mode)}, version {escape(report.version)}, running for {running}, since " + (
        reader.clock(report.started_at)
    )


def _verdict(report: StatusReport) -> Iterator[str]:
    troubles = find_troubles(report)
    if troubles:
        yield bold("Needs your attention:")
        yield from (f"• {foreign(_trouble(trouble))}" for trouble in troubles)
    if not report.guards:
        yield f"{bold('Nothing is guarded.')} {_NOTHING_SOLD}"
    elif not troubles:
        is_starting = any(one.is_starting for one in report.unwatched)
        yield f"{bold(_summary(report, is_starting=is_starting))} {_watched(report)}{_unguarded(report)}"
    if not report.guards and not troubles:
        yield "NIJA itself works."


def _summary(report: StatusReport, *, is_starting: bool) -> str:
    if report.exits_in_flight:
        return f"Selling now: {report.exits_in_flight}."
    return "NIJA is starting." if is_starting else "All is well."


def _unguarded(report: StatusReport) -> str:
    if not report.unguarded:
        return ""
    are = "1 other is" if report.unguarded == 1 else f"{report.unguarded} others are"
    return f" {are} held and not guarded: /positions shows why, /guard ALL asks."


def _watched(report: StatusReport) -> str:
    guarded = report.guards_armed + len(report.unwatched)
    if not guarded:
        return "Nothing else is guarded."
    waiting = (
        (sum(one.is_usual for one in report.unwatched), "when the market opens"),
        (sum(one.is_starting for one in report.unwatched), "as soon as the first prices are in"),
    )
    parts = [f"{'' if count == guarded else f', {count} of them'} {when}" for count, when in waiting if count]
    are = "1 position is" if guarded == 1 else f"{guarded} positions are"
    return f"{are} guarded{''.join(parts)}."


def _trouble(trouble: Trouble) -> str:
    return _TROUBLES[trouble.symptom].format(
        name=trouble.name,
        job=_JOBS.get(trouble.name, trouble.name),
        count=trouble.count,
        lasting=duration(trouble.lasting),
        detail=trouble.detail,
    )


def _broker(broker: BrokerStatus, report: StatusReport, reader: Reader) -> str:
    label = broker.account.venue.label
    answered = f"answered {_age(broker.last_answer_at, reader)}" if broker.last_answer_at else "no answer yet"
    limits = "".join(f"; {foreign(limit)}" for limit in broker.limits)
    if broker.last_error is None or broker.last_error_at is None:
        return f"{label}: {answered}, {_missing(broker, report)}{limits}"
    error = f"error {reader.age(broker.last_error_at)}: {foreign(broker.last_error)}"
    return f"{label}: {answered}; {error}{limits}"


def _missing(broker: BrokerStatus, report: StatusReport) -> str:
    """Return what a broker that answers does not do."""
    label = broker.account.venue.label
    failing = [one for one in report.failing if one.venue_label == label]
    unsold = sorted({one.symbol for one in failing if not one.order_ids})
    unknown = sorted({one.symbol for one in failing if one.order_ids})
    parts = [
        *([f"no prices: {foreign(broker.prices_error)}"] if broker.prices_error else []),
        *([f"not sold yet there: {escape(', '.join(unsold))}, see Guards below"] if unsold else []),
        *([f"unknown whether sold there: {escape(', '.join(unknown))}, see Guards below"] if unknown else []),
    ]
    return "; ".join(parts) or "no errors"


def _guards(report: StatusReport, reader: Reader) -> Iterator[str]:
    out = len(report.unwatched) + len(report.unreadable)
    unwatched = f", {out} not watched" if out else ""
    yield (
        f"{report.guards_armed} watching{unwatched}, {len(report.paused)} paused, "
        f"{report.exits_in_flight} being sold"
    )
    yield from _unwatched(report, reader)
    yield from map(_unreadable_record, report.unreadable)
    for paused in report.paused:
        why = foreign(paused.why) or "your answer is needed"
        yield f"{escape(paused.symbol)} at {escape(paused.venue_label)}, paused: {why}"
    for exit_ in report.failing:
        since, why = reader.clock(exit_.since), foreign(exit_.why) or "/history says why"
        why += opening_of(exit_.wait, reader)
        orders = f" ({named_orders(exit_.order_ids)})" if exit_.order_ids else ""
        state = f"{whether_sold(exit_.order_ids)}{orders}"
        yield f"{escape(exit_.symbol)} at {escape(exit_.venue_label)} since {since}, {state}: {why}"
        if exit_.why_unsent:
            unsent = escape(exit_.why_unsent)
            yield f"Its reminders cannot be written ({unsent}), NIJA tries again every second: look here meanwhile"
    if report.prices:
        yield "Last price:"
        yield rows((_price_label(age), _age(age.at, reader)) for age in report.prices)


def _unreadable_record(record: RecordUnreadable) -> str:
    symbol = record.symbol or f"guard {record.name}"
    venue = record.venue_label or "an unknown venue"
    what = "its guard" if record.record is RecordKind.GUARD else "the order that sells it"
    lost = f"{what} cannot be read from the database: {foreign(record.why)}"
    return f"NOT watched: {escape(symbol)} at {escape(venue)}, {lost}"


def _unwatched(report: StatusReport, reader: Reader) -> Iterator[str]:
    """Name the guards that cannot act, those with the same reason together."""
    alike = defaultdict[tuple[str, str], list[Unwatched]](list)
    for one in report.unwatched:
        alike[one.venue_label, one.why].append(one)
    for (label, why), ones in alike.items():
        names = ", ".join(escape(one.symbol) for one in ones)
        if all(one.is_starting for one in ones):
            yield f"Not watched yet: {names} at {escape(label)}, {foreign(why)}"
            continue
        # The first of them is the longest without a watch.
        first = wall_time.earliest(one.since for one in ones if one.since is not None)
        since = f"since {reader.clock(first)}" if first else "since NIJA started"
        yield f"Not watched {since}: {names} at {escape(label)}, {foreign(why)}"


def _entries(report: StatusReport, reader: Reader, halt: Halt | None) -> Iterator[str]:
    shut = [gate for gate in report.gates if gate.shut is not None]
    if halt is not None:
        yield f"{bold('Entries')}: halted {halted_since(halt, reader)}, so no buys"
    else:
        yield f"{bold('Entries')}: {'halted' if shut else 'allowed'}"
    yield from (f"gate {escape(gate.name)}: shut, {foreign(gate.shut or '')}" for gate in shut)


def _price_label(age: PriceAge) -> str:
    return f"{age.symbol} {age.venue_label}"


def _jobs(report: StatusReport, reader: Reader) -> Iterator[str]:
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
    return _JOBS.get(job.name, job.name), f"{_age(job.last_run_at, reader)}{late}"


def _nonce(nonce: NonceStatus, reader: Reader) -> str:
    last = _UNREADABLE if nonce.last_nonce is None else nonce.last_nonce
    used = reader.age(nonce.last_used_at) if nonce.last_used_at else "last used at a time that cannot be read"
    issued = _UNREADABLE if nonce.issued is None else f"{nonce.issued:,}"
    owner = f"{nonce.broker} key" if nonce.broker else "A key that is no longer set"
    name = f"{escape(owner)} (fingerprint …{escape(nonce.fingerprint[-_SHOWN_OF_FINGERPRINT:])})"
    return f"{name}: {last}, {used}, {issued} issued"


def _outbox(report: StatusReport, reader: Reader) -> str:
    return ", ".join(_outbox_parts(report, reader))


def _outbox_parts(report: StatusReport, reader: Reader) -> Iterator[str]:
    if report.outbox_waiting:
        yield f"{report.outbox_waiting} waiting, the oldest from {_age(report.outbox_oldest_at, reader)}"
    else:
        yield "none waiting"
    if report.outbox_refused:
        yield f"{report.outbox_refused} of them refused by Telegram and tried on"
    if report.alerts_given_up:
        yield f"{report.alerts_given_up} given up, the last: {foreign(report.last_given_up)}"
    if report.posts.refused:
        yield f"{report.posts.refused} refused by NIJA_ALERT_URL and tried on, the last: {foreign(report.posts.last_refusal)}"
    if report.posts.given_up:
        yield f"{report.posts.given_up} given up for NIJA_ALERT_URL, the last: {foreign(report.posts.last_error)}"


def _database(report: StatusReport) -> str:
    size = f"{report.database_bytes / _BYTES_PER_MB:,.1f} MB"
    return f"{escape(report.database)}, {size}, revision {escape(report.database_revision)}"


def _age(at: datetime | None, reader: Reader) -> str:
    return "never" if at is None else reader.age(at)


def _section(title: str, lines: Iterator[str]) -> str:
    body = "\n".join(lines)
    return f"{bold(title)}\n{body}" if body else ""
