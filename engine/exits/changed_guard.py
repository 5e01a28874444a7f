"""Pure: what an exit leaves of a guard that was changed while it was being sold."""

from decimal import Decimal

from engine.exits.manual_close import restore_guard
from engine.guards.guard import Guard, GuardState
from engine.model.guard_reasons import GuardReason
from engine.orders.intents import ManualClose


def is_as_sold(stored: Guard, was: Guard) -> bool:
    """Return whether a stored guard is the one that its exit sells: it is closing, and otherwise as it was."""
    same = was.in_state(stored.state, stored.reason, stored.detail)
    return stored == same and stored.state in {GuardState.CLOSING, was.state}


def left_of_changed(stored: Guard, ended: Guard, *, filled: Decimal, manual: ManualClose | None) -> Guard:
    """Return what stays guarded of a guard that changed: what was sold goes off it, all else stays as it was changed.

    `ended` is what its exit would have left of it. What nobody sells any more watches again, so that the next look
    judges it as it is now.
    """
    if stored.state is GuardState.CLOSED:
        return stored
    left = stored.reduced_by(filled)
    if left.state is GuardState.CLOSED:
        return left.closed(GuardReason.SOLD)
    if left.state is not GuardState.CLOSING:
        return left
    if manual is not None:
        left = restore_guard(left, manual, ended.reason, ended.detail)
        if left.state is not GuardState.ARMED:
            return left
    if ended.state is GuardState.PAUSED:
        return left.in_state(ended.state, ended.reason, ended.detail)
    return left.in_state(GuardState.ARMED)
