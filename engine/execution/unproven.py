"""Pure: which attempts of an exit may have sold something although the venue showed nothing of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from engine.execution.intents import IntentStep
from engine.execution.settle import PROOFS, Resend
from engine.execution.states import IntentState
from engine.money import ZERO, exact
from engine.venues import Venue

#: An accepted order that was told as over without a fill.
_CLOSED = frozenset({IntentState.ACCEPTED, IntentState.PARTLY_FILLED})
#: Given up because of what lists and order states did not show, not on a refusal: those may lag behind.
_UNPROVEN = _CLOSED | {IntentState.UNKNOWN}
_BEGUN = _UNPROVEN | {IntentState.SENT}

#: So much of what was sent must be missing to look like its sale.
_ABOUT = Decimal("0.98")


def unproven_attempts(venue: Venue, steps: Sequence[IntentStep]) -> tuple[int, ...]:
    """Return the numbers of the attempts that were given up without a refusal, oldest first."""
    keeps_id = PROOFS[venue].resend is Resend.SAME_ID
    attempt, unproven = 1, dict[int, None]()
    for step in steps:
        if step.to_state is not IntentState.PLANNED or step.from_state not in _BEGUN:
            continue
        if step.from_state in _UNPROVEN:
            unproven[attempt] = None
        if not keeps_id or step.from_state in _CLOSED:
            attempt += 1
    return tuple(unproven)


def first_sent_at(venue: Venue, steps: Sequence[IntentStep], attempt: int) -> datetime | None:
    """Return when an attempt first left; None when it never did."""
    keeps_id = PROOFS[venue].resend is Resend.SAME_ID
    at = 1
    for step in steps:
        if step.to_state is IntentState.SENT and at == attempt:
            return step.at
        if step.to_state is IntentState.PLANNED and step.from_state in _BEGUN:
            at += not keeps_id or step.from_state in _CLOSED
    return None


def orders_of_attempts(venue: Venue, steps: Sequence[IntentStep]) -> Mapping[str, int]:
    """Return the venue's ids of the orders that are known, each with the number of its attempt."""
    keeps_id = PROOFS[venue].resend is Resend.SAME_ID
    attempt, orders = 1, dict[str, int]()
    for step in steps:
        if step.to_state is IntentState.ACCEPTED and step.words:
            orders[step.words] = attempt
        if step.to_state is IntentState.PLANNED and step.from_state in _BEGUN:
            attempt += not keeps_id or step.from_state in _CLOSED
    return orders


def looks_sold(*, before: Decimal | None, owned: Decimal | None, sent: Decimal) -> bool:
    """Tell whether about as much of a position is gone as an attempt was to sell; `before` is what was there."""
    if owned is None:
        return False
    with exact():
        return owned == ZERO or (before is not None and before - owned >= sent * _ABOUT)
