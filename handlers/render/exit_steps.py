"""The steps of one exit, counted from its trigger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from engine import wall_time
from engine.exits.audit import ExitRecord, Stage
from engine.orders.intents import StepNote
from engine.orders.states import IntentState
from handlers.render.cancelled_orders import cancelled_line
from handlers.render.html import escape, foreign
from handlers.render.repetitions import find_repetitions
from handlers.render.step_causes import step_cause_text, venue_message
from handlers.render.times import Reader, duration

#: The venue fills an order before its answer says so.
_STEPS = {IntentState.FILLED: "known to be filled"}


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
    message = venue_message(step)
    detail = f": “{foreign(message)}”" if message else ""
    why = foreign(step_cause_text(step))
    if step.to_state is IntentState.PLANNED and step.from_state is not None and step.note is None:
        # A try that came to nothing; the next one is planned with it.
        return f"{why}{detail}"
    state = _STEPS.get(step.to_state) or step.to_state.replace("_", " ")
    cause = f", {why}" if why else ""
    return f"{escape(state)}{cause}{detail}"
