"""Pure: which attempts of an intent may have filled although the venue showed nothing of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from engine.model.money import exact
from engine.model.venues import Venue
from engine.orders.intents import Intent, IntentStep, StepNote
from engine.orders.order_readings import ROUNDING
from engine.orders.settling_step import PROOFS, Resend
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause

#: An accepted order that was reported as over without a fill.
_CLOSED = frozenset({IntentState.ACCEPTED, IntentState.PARTLY_FILLED})
#: Given up because of what lists and order states did not show, not on a refusal: those may lag behind.
_UNPROVEN = _CLOSED | {IntentState.UNKNOWN}
_BEGUN = _UNPROVEN | {IntentState.SENT}


def unproven_attempts(venue: Venue, steps: Sequence[IntentStep]) -> tuple[int, ...]:
    """Return the numbers of the attempts that were given up without a refusal, oldest first."""
    given_up = (
        attempt
        for attempt, step in _by_attempt(venue, steps)
        if _ends(step, _UNPROVEN) or _is_left_under_way(step)
    )
    return tuple(dict.fromkeys(given_up))


def proven_absent(venue: Venue, steps: Sequence[IntentStep]) -> frozenset[int]:
    """Return the numbers of the attempts that certainly never arrive: under another id the next one went out."""
    if PROOFS[venue].resend is not Resend.NEW_ATTEMPT:
        return frozenset()
    return frozenset(
        attempt
        for attempt, step in _by_attempt(venue, steps)
        if _ends(step, _UNPROVEN) and step.cause == StepCause.PROVEN_ABSENT
    )


def ended_short(intent: Intent) -> bool:
    """Return whether an intent's order was reported as over with less than was sent, so that more of it may be reported."""
    with exact():
        return intent.venue_order_id is not None and intent.quantity - intent.filled_quantity > ROUNDING


def first_sent_at(venue: Venue, steps: Sequence[IntentStep], attempt: int) -> datetime | None:
    """Return when an attempt first left; None when it never did."""
    sent = (
        step.at
        for number, step in _by_attempt(venue, steps)
        if number == attempt and step.to_state is IntentState.SENT
    )
    return next(sent, None)


def orders_of_attempts(venue: Venue, steps: Sequence[IntentStep]) -> Mapping[str, int]:
    """Return the venue's ids of the orders that are known, each with the number of its attempt."""
    return {
        step.order_id: attempt
        for attempt, step in _by_attempt(venue, steps)
        if step.order_id is not None and step.note is None
    }


def late_orders(steps: Sequence[IntentStep]) -> Mapping[str, int]:
    """Return the venue's ids of the orders that were found filled late, each with the number of its attempt."""
    return {
        step.order_id: step.attempt
        for step in steps
        if step.note is StepNote.FILLED_LATE and step.order_id is not None and step.attempt is not None
    }


def _by_attempt(venue: Venue, steps: Sequence[IntentStep]) -> Iterator[tuple[int, IntentStep]]:
    """Yield each step with the number of the attempt that it belongs to, the step that ends it included."""
    keeps_id = PROOFS[venue].resend is Resend.SAME_ID
    attempt = 1
    for step in steps:
        yield attempt, step
        if _ends(step, _CLOSED if keeps_id else _BEGUN):
            attempt += 1


def _is_left_under_way(step: IntentStep) -> bool:
    """Return whether an intent ended while its order was under way, because it was not to be followed any more."""
    return step.to_state is IntentState.SUPERSEDED and step.from_state in _BEGUN


def _ends(step: IntentStep, states: Collection[IntentState]) -> bool:
    return step.to_state is IntentState.PLANNED and step.from_state in states
