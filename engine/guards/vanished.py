"""Pure: compare a guard whose position its venue shows no more, until it is back or its end is explained."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine import wall_time
from engine.guards.changes import (
    Closed,
    GuardChange,
    Paused,
    Resumed,
    Unchanged,
    change_by,
    is_explained,
)
from engine.guards.comparison import (
    CONFIRMED_AFTER,
    Comparison,
    Fills,
    Reading,
    expected_of,
    explains,
    fills_of,
    first_seen,
)
from engine.guards.guard import Guard, GuardState, Seen
from engine.model.guard_reasons import GuardReason
from engine.model.money import ZERO, exact
from engine.model.orders import Fill

#: What is back within this time goes on as it was; of later coins nobody knows that they are meant to be guarded.
GOES_ON_WITHIN = timedelta(days=1)
#: How much later than the balance an external sale may be reported.
REPORTED_LATE_WITHIN = timedelta(hours=1)

_RETURNED = frozenset({GuardReason.RETURNED_OTHERWISE, GuardReason.RETURNED_LATE})


def is_vanished(guard: Guard) -> bool:
    """Return whether a guard waits for its position to come back."""
    return guard.state is GuardState.PAUSED and guard.reason in {GuardReason.VANISHED, *_RETURNED}


def compare_vanished(
    guard: Guard, reading: Reading, *, seen: Seen | None, unconfirmed: Seen | None
) -> Comparison:
    """Compare a reading with what should be there; `seen` keeps that for as long as the guard waits."""
    base = seen or first_seen(guard, reading)
    if not wall_time.is_before(base.at, reading.at):
        return Comparison(change=Unchanged(guard=guard), seen=base, unconfirmed=unconfirmed)
    fills = Fills(
        external=fills_of(guard, reading, after=base.at - REPORTED_LATE_WITHIN).external,
        ours=fills_of(guard, reading, after=base.at).ours,
    )
    expected = expected_of(guard, reading, base, fills)
    if reading.there <= ZERO:
        return Comparison(change=_sold_meanwhile(guard, fills, expected=expected), seen=base)
    if explains(guard, reading, base, fills):
        return _as_it_was(guard, reading, base, fills)
    return _otherwise(guard, reading, base, fills, unconfirmed)


def _sold_meanwhile(guard: Guard, fills: Fills, *, expected: Decimal) -> GuardChange:
    """Return the end of a guard whose quantity was sold after all; a part of it explains nothing."""
    if _sold(guard, fills) >= guard.quantity:
        return _end(guard, GuardReason.EXTERNAL_SALE, fills.external)
    # Where our own sales leave nothing to come back, nothing is waited for.
    return _end(guard, GuardReason.MOVED_OUT) if expected <= ZERO else Unchanged(guard=guard)


def _as_it_was(guard: Guard, reading: Reading, base: Seen, fills: Fills) -> Comparison:
    after = Seen(quantity=reading.there, at=reading.at, venue_at=reading.venue_at)
    sold = _sold(guard, fills)
    if sold >= guard.quantity:
        return Comparison(change=_end(guard, GuardReason.EXTERNAL_SALE, fills.external), seen=after)
    if wall_time.is_younger(base.at, reading.at, GOES_ON_WITHIN):
        left = guard.reduced_by(sold)
        # Another average of the venue's is a split, unless there were trades.
        is_moved = fills.all and reading.venue_entry is not None
        entry = reading.venue_entry if is_moved else guard.venue_entry
        armed = replace(left.in_state(GuardState.ARMED), venue_entry=entry)
        return Comparison(change=Resumed(guard=armed), seen=after)
    return Comparison(change=_ask(guard, GuardReason.RETURNED_LATE), seen=base)


def _otherwise(
    guard: Guard, reading: Reading, base: Seen, fills: Fills, unconfirmed: Seen | None
) -> Comparison:
    if unconfirmed is None or unconfirmed.quantity != reading.there:
        unconfirmed = Seen(quantity=reading.there, at=reading.at)
    if wall_time.between(unconfirmed.at, reading.at) < CONFIRMED_AFTER:
        return Comparison(change=Unchanged(guard=guard), seen=base, unconfirmed=unconfirmed)
    if is_explained(guard, before=ZERO, seen=reading.there, fills=fills.external):
        # What was guarded did not come back; what its owner bought since was never guarded.
        after = Seen(quantity=reading.there, at=reading.at, venue_at=reading.venue_at)
        return Comparison(change=_end(guard, GuardReason.MOVED_OUT), seen=after)
    return Comparison(change=_ask(guard, GuardReason.RETURNED_OTHERWISE), seen=base)


def _ask(guard: Guard, reason: GuardReason) -> GuardChange:
    if guard.reason in _RETURNED:
        # Its owner was asked before.
        return Unchanged(guard=guard)
    return Paused(guard=guard.in_state(GuardState.PAUSED, reason), reason=reason)


def _end(guard: Guard, reason: GuardReason, fills: tuple[Fill, ...] = ()) -> Closed:
    ended = guard.with_quantity(ZERO).closed(reason)
    return Closed(guard=ended, by=guard.quantity, reason=reason, fills=fills)


def _sold(guard: Guard, fills: Fills) -> Decimal:
    with exact():
        return sum((max(ZERO, -change_by(guard, fill)) for fill in fills.external), ZERO)
