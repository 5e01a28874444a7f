"""The head of /status: what needs attention, or that all is well."""

from collections.abc import Iterator

from engine.status import StatusReport
from engine.troubles import Symptom, Trouble, find_troubles
from handlers.render.html import bold, foreign
from handlers.render.status_jobs import job_name
from handlers.render.stream_losses import loss_text
from handlers.render.times import duration

_NOTHING_SOLD = "Whatever is lost, nothing is sold by itself. /positions shows what could be guarded."
_TROUBLES = {
    Symptom.BROKER_SILENT: "{name} does not answer.",
    Symptom.PRICES_MISSING: (
        "{name} reports no prices ({detail}). Balances there are read; what they are worth is not known."
    ),
    Symptom.PRICES_POLLED: (
        "{name} pushes no prices for {lasting} ({detail}): its guards are judged by polled ones, some seconds later."
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


def verdict_lines(report: StatusReport) -> Iterator[str]:
    troubles = find_troubles(report)
    if troubles:
        yield bold("Needs your attention:")
        yield from (f"• {foreign(_trouble(trouble))}" for trouble in troubles)
    if not report.guards:
        yield f"{bold('Nothing is guarded.')} {_NOTHING_SOLD}"
    elif not troubles:
        is_starting = any(one.is_starting for one in report.unwatched)
        yield f"{bold(_summary(report, is_starting=is_starting))} {_watched(report)}{_unguarded(report)}"
    if report.open_questions:
        are = "1 question waits" if report.open_questions == 1 else f"{report.open_questions} questions wait"
        yield f"{are} for your answer, further up in this chat."
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
        job=job_name(trouble.name),
        count=trouble.count,
        lasting=duration(trouble.lasting),
        detail=loss_text(trouble.loss) if trouble.loss else trouble.detail,
    )
