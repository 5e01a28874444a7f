"""Pure: which attempts of an exit may have sold something although the venue showed nothing of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from engine.model.venues import Venue
from engine.orders.intents import IntentStep
from engine.orders.settle import PROOFS, Resend
from engine.orders.states import IntentState

#: An accepted order that was told as over without a fill.
_CLOSED = frozenset({IntentState.ACCEPTED, IntentState.PARTLY_FILLED})
#: Given up because of what lists and order states did not show, not on a refusal: those may lag behind.
_UNPROVEN = _CLOSED | {IntentState.UNKNOWN}
_BEGUN = _UNPROVEN | {IntentState.SENT}


def unproven_attempts(venue: Venue, steps: Sequence[IntentStep]) -> tuple[int, ...]:
    """Return the numbers of the attempts that were given up without a refusal, oldest first."""
    given_up = (attempt for attempt, step in _by_attempt(venue, steps) if _ends(step, _UNPROVEN))
    return tuple(dict.fromkeys(given_up))


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
        step.words: attempt
        for attempt, step in _by_attempt(venue, steps)
        if step.to_state is IntentState.ACCEPTED
        and step.from_state is not IntentState.ACCEPTED
        and step.words
    }


#: The cause of a step behind an exit's end that found an order of a given up attempt filled; its words are
#: `late_words`.
FILLED_LATE = "filled late"
_OF_ATTEMPT = " of attempt "


def late_words(order_id: str, attempt: int) -> str:
    """Return what a step of cause `FILLED_LATE` says."""
    return f"{order_id}{_OF_ATTEMPT}{attempt}"


def order_of(words: str) -> str:
    """Return the order that a step which accepted one, or found one filled late, names."""
    return words.partition(_OF_ATTEMPT)[0]


def late_orders(steps: Sequence[IntentStep]) -> Mapping[str, int]:
    """Return the venue's ids of the orders that were found filled late, each with the number of its attempt."""
    words = (step.words.rpartition(_OF_ATTEMPT) for step in steps if step.cause == FILLED_LATE)
    return {order_id: int(attempt) for order_id, _, attempt in words}


def _by_attempt(venue: Venue, steps: Sequence[IntentStep]) -> Iterator[tuple[int, IntentStep]]:
    """Yield each step with the number of the attempt that it belongs to, the step that ends it included."""
    keeps_id = PROOFS[venue].resend is Resend.SAME_ID
    attempt = 1
    for step in steps:
        yield attempt, step
        if _ends(step, _CLOSED if keeps_id else _BEGUN):
            attempt += 1


def _ends(step: IntentStep, states: Collection[IntentState]) -> bool:
    return step.to_state is IntentState.PLANNED and step.from_state in states
