"""The steps of one exit, counted from its trigger."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from engine import wall_time
from engine.exits.audit import ExitRecord, Stage
from engine.orders.intents import StepNote
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause, cause_of
from handlers.render.cancelled_orders import cancelled_line
from handlers.render.guard_reasons import guard_reason_text
from handlers.render.html import escape, foreign
from handlers.render.repetitions import find_repetitions
from handlers.render.times import Reader, duration

#: The venue fills an order before its answer says so.
_STEPS = {IntentState.FILLED: "known to be filled"}
#: Causes that repeat what the state says.
_SAYS_NO_MORE = frozenset({StepCause.SEND, StepCause.ANSWERED, StepCause.FILLED})
_CAUSES: Mapping[str, str] = {
    StepCause.FOUND: "found",
    StepCause.FOUND_UNNAMED: "found without NIJA's client order id, so it may be the owner's own",
    StepCause.FOUND_BY_BALANCE: "found by the balance, so it may be the owner's own",
    StepCause.REFUSED_UNLISTED: "refused in unknown words",
    StepCause.ID_NOT_KNOWN: "accepted under an id that the venue does not know",
    StepCause.ID_USED: "its id was used already",
    StepCause.PROVEN_ABSENT: "proven absent",
    StepCause.NOT_SOLD_UNREAD: "not all lists readable, not sold by the balance",
    StepCause.MAY_BE_ANOTHERS: "what is listed may be another's order",
    StepCause.MAY_BE_ANOTHERS_UNTOUCHED: "what is listed may be another's order, and the balance shows the coins untouched",
    StepCause.LISTED_NOWHERE_MOVED: "listed nowhere, although the balance moved",
    StepCause.LISTED_NOWHERE_GONE: "listed nowhere, although the coins are gone from the balance",
}


def render_steps(record: ExitRecord, reader: Reader) -> Iterator[str]:
    """Write each step in a line, and those that repeat themselves together in one."""
    stages = tuple(record.stages())
    done = [_done(stage, record) for stage in stages]
    for found in find_repetitions(done):
        if found.times == 1:
            yield _stage(stages[found.start], done[found.start], record)
            continue
        since, until = stages[found.start].step.at, stages[found.end - 1].step.at
        what = ", then ".join(done[found.start : found.start + found.length])
        yield f"{found.times} times, {reader.span(since, until)}: {what}"


def _stage(stage: Stage, done: str, record: ExitRecord) -> str:
    after = max(wall_time.between(record.began_at, stage.step.at), timedelta(0))
    # The first step is counted from the trigger twice.
    is_first = stage.step is record.steps[0]
    since_last = "" if is_first else f" ({duration(stage.took)} after the step before)"
    return f"at {duration(after)}: {done}{since_last}"


def _done(stage: Stage, record: ExitRecord) -> str:
    step = stage.step
    if step.cancelled is not None and step.note is not StepNote.NOT_RELEASED:
        # What became of a cancel is a step of its own.
        order = replace(step.cancelled, confirmed=True)
        line = cancelled_line(order, record.intent.symbol).removeprefix("• ")
        return f"{'cancelled' if step.note is StepNote.RELEASED else 'cancel'} {line}"
    detail = f": “{foreign(step.detail)}”" if step.detail else ""
    why = foreign(_CAUSES.get(cause_of(step.why)) or guard_reason_text(step.why))
    if step.to_state is IntentState.PLANNED and step.from_state is not None and step.note is None:
        # A try that came to nothing; the next one is planned with it.
        return f"{why}{detail}"
    state = _STEPS.get(step.to_state) or step.to_state.replace("_", " ")
    cause = "" if step.why in _SAYS_NO_MORE else f", {why}"
    return f"{escape(state)}{cause}{detail}"
