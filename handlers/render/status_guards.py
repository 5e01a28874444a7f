"""The guards in /status: which are watched, paused, being sold, and the ages of their prices."""

from collections import defaultdict
from collections.abc import Iterator

from engine import wall_time
from engine.alerts.messages import RecordKind, RecordUnreadable
from engine.guards.unwatched import Unwatched
from engine.status import (
    PriceAge,
    StatusReport,
)
from handlers.render.failing_exits import failing_line
from handlers.render.guard_reasons import guard_reason_text
from handlers.render.html import escape, foreign, rows
from handlers.render.times import Reader, age_or_never
from handlers.render.unwatched import unwatched_text


def guard_lines(report: StatusReport, reader: Reader) -> Iterator[str]:
    out = len(report.unwatched) + len(report.unreadable)
    unwatched = f", {out} not watched" if out else ""
    yield (
        f"{report.guards_armed} watching{unwatched}, {len(report.paused)} paused, "
        f"{report.exits_in_flight} being sold"
    )
    yield from _unwatched(report, reader)
    yield from map(_unreadable_record, report.unreadable)
    for paused in report.paused:
        why = foreign(guard_reason_text(paused.reason, paused.detail)) or "your answer is needed"
        yield f"{escape(paused.symbol)} at {escape(paused.venue_label)}, paused: {why}"
    for exit_ in report.failing:
        yield f"{escape(exit_.symbol)} at {escape(exit_.venue_label)} {failing_line(exit_, reader)}"
        if exit_.why_unsent:
            unsent = escape(exit_.why_unsent)
            yield f"Its reminders cannot be written ({unsent}), NIJA tries again every second: look here meanwhile"
    if report.prices:
        yield "Last price:"
        yield rows((_price_label(age), age_or_never(age.at, reader)) for age in report.prices)


def _unreadable_record(record: RecordUnreadable) -> str:
    symbol = record.symbol or f"guard {record.name}"
    venue = record.venue_label or "an unknown venue"
    whats = {RecordKind.GUARD: "its guard", RecordKind.ENTRY: "the order that buys it"}
    what = whats.get(record.record, "the order that sells it")
    lost = f"{what} cannot be read from the database: {foreign(record.why)}"
    return f"NOT watched: {escape(symbol)} at {escape(venue)}, {lost}"


def _unwatched(report: StatusReport, reader: Reader) -> Iterator[str]:
    """Name the guards that cannot act, those with the same reason together."""
    alike = defaultdict[tuple[str, str], list[Unwatched]](list)
    for one in report.unwatched:
        alike[one.venue_label, unwatched_text(one)].append(one)
    for (label, why), ones in alike.items():
        names = ", ".join(escape(one.symbol) for one in ones)
        if all(one.is_starting for one in ones):
            yield f"Not watched yet: {names} at {escape(label)}, {foreign(why)}"
            continue
        # The first of them is the longest without a watch.
        first = wall_time.earliest(one.since for one in ones if one.since is not None)
        since = f"since {reader.clock(first)}" if first else "since NIJA started"
        yield f"Not watched {since}: {names} at {escape(label)}, {foreign(why)}"


def _price_label(age: PriceAge) -> str:
    return f"{age.symbol} {age.venue_label}"
