"""What fills, withdrawals and the owner's own trades do to a guard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.guards.guard import Guard, GuardState
from engine.guards.unreported_fees import unreported_fees
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import AssetClass
from engine.model.money import ZERO, exact
from engine.model.movements import change_of, concerns
from engine.model.orders import Fill

#: Without a fill, a holding that has grown to this multiple was split or renamed, not added to.
SPLIT_RATIO = Decimal("1.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Nothing happened to what is guarded."""

    guard: Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """Less is guarded now; reported in the chat unless the guard itself sold."""

    guard: Guard
    by: Decimal
    reason: GuardReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """Something changed that no fill explains; the owner is asked."""

    guard: Guard
    reason: GuardReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Nothing is guarded any more; reported with the fills found when it was not the guard that sold."""

    guard: Guard
    by: Decimal
    reason: GuardReason
    fills: tuple[Fill, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What was gone is back as it was, and is guarded again."""

    guard: Guard


GuardChange = Unchanged | Reduced | Paused | Closed | Resumed

#: The least part of a guard whose going has to be explained: the rest may be fees and rounding.
_UNEXPLAINED_RATIO = Decimal("0.02")

#: By so little a venue's average may differ from itself after a trade.
_ROUNDING_RATIO = Decimal("0.001")

#: Units that came or went for less than this part of the price were not traded.
_TRADED_RATIO = Decimal("0.5")

#: What a split makes of a position is worth the same at the venue's averages but for their rounding.
_SAME_VALUE_RATIO = Decimal("0.005")


def is_about(guard: Guard, fill: Fill) -> bool:
    """Return whether a fill changed the guarded position: what is owned and what is borrowed are kept apart."""
    if guard.kind is PositionKind.MARGIN:
        return fill.margin and fill.symbol == guard.symbol
    return concerns(guard.asset, fill)


def resume(guard: Guard, *, there: Decimal, venue_entry: Decimal | None) -> Guard:
    """Return a paused guard as it goes on, closed when nothing is there; a split leaves its cost as it was."""
    if guard.venue_entry and venue_entry and _was_split(guard, there=there, venue_entry=venue_entry):
        stop = None if guard.stop is None else share(guard.stop, venue_entry, guard.venue_entry)
        guard = replace(guard, quantity=share(guard.quantity, guard.venue_entry, venue_entry), stop=stop)
    kept = guard.with_quantity(max(ZERO, min(guard.quantity, there)))
    if kept.state is GuardState.CLOSED:
        return kept
    return replace(kept.in_state(GuardState.ARMED), venue_entry=venue_entry)


def reconcile(
    guard: Guard,
    *,
    before: Decimal,
    seen: Decimal,
    fills: Sequence[Fill],
    asset_class: AssetClass,
    venue_entry: Decimal | None = None,
    ours: Sequence[Fill] = (),
) -> GuardChange:
    """Compare a guard with what its account holds now and return what happened to it.

    `before` is the quantity last seen with our own fills since applied, of which `ours` are purchases; `fills` are the
    owner's own since then and until `seen` was read. Only an armed guard changes: a running sale accounts for itself, and a paused
    one waits for its owner's answer.
    """
    if guard.state is not GuardState.ARMED:
        return Unchanged(guard=guard)
    if not fills and _entry_changed(guard, venue_entry):
        return _pause(guard, ZERO, GuardReason.ENTRY_CHANGED)
    with exact():
        expected = before + sum((change_by(guard, fill) for fill in fills), ZERO)
        sold = sum((max(ZERO, -change_by(guard, fill)) for fill in fills), ZERO)
        missing, fees = expected - seen, unreported_fees(guard, (*fills, *ours))
        # What fees took of a purchase was never part of what is guarded; those of a sale are part of it.
        moved = max(ZERO, missing - fees.of_purchases)
        moved = moved if moved > fees.rounding else ZERO
        spared = min(sold, fees.taken_elsewhere, max(ZERO, -missing))
        # However it came about, no more is guarded than is there.
        gone = max(sold - spared + moved, guard.quantity - seen)
        is_split = (
            sold < guard.quantity
            and seen > ZERO
            and _is_unexplained(guard, expected, seen, asset_class, venue_entry)
        )
    if is_split:
        return _pause(guard, sold, GuardReason.QUANTITY_CHANGED)
    if seen <= ZERO and sold < guard.quantity and moved >= guard.quantity * _UNEXPLAINED_RATIO:
        # A venue may leave out what it still holds, for minutes: what it cost is not forgotten for that.
        return _pause(guard, sold, GuardReason.VANISHED)
    if gone == ZERO:
        return Unchanged(guard=guard)
    reason = GuardReason.EXTERNAL_SALE if sold else GuardReason.MOVED_OUT
    return _reduce(guard, gone, reason, tuple(fills))


def is_explained(
    guard: Guard, *, before: Decimal, seen: Decimal, fills: Sequence[Fill], ours: Sequence[Fill] = ()
) -> bool:
    """Return whether the owner's fills alone make what was there into what is there now, except for fees reported elsewhere.

    `ours` are purchases of ours, which are in `before` already, without the fees that they may have been charged.
    """
    fees = unreported_fees(guard, (*fills, *ours))
    with exact():
        expected_total = before + sum((change_by(guard, fill) for fill in fills), ZERO)
        least = expected_total - fees.of_purchases - fees.of_sales - fees.rounding
        return least <= seen <= expected_total + fees.taken_elsewhere


def change_by(guard: Guard, fill: Fill) -> Decimal:
    """Return by how much a fill made the position larger, or as a negative number smaller."""
    change = change_of(guard.asset, fill)
    return change if guard.direction is Direction.LONG else -change


def _entry_changed(guard: Guard, venue_entry: Decimal | None) -> bool:
    return None not in {guard.venue_entry, venue_entry} and guard.venue_entry != venue_entry


def _was_split(guard: Guard, *, there: Decimal, venue_entry: Decimal) -> bool:
    """Return whether the units are not those that were guarded, by any ratio where all of them were guarded."""
    entry = guard.venue_entry or venue_entry
    with exact():
        was, now = guard.quantity * entry, there * venue_entry
        is_same_value = venue_entry != entry and abs(now - was) <= was * _SAME_VALUE_RATIO
    return is_same_value or _is_split(entry, venue_entry)


def changed_without_trade(
    guard: Guard,
    *,
    before: Decimal | None,
    seen: Decimal | None,
    venue_entry: Decimal | None,
    price: Decimal,
    asset_class: AssetClass,
    is_untraded: bool = False,
) -> bool:
    """Return whether no trade explains the venue's quantity and average, where its fills may not be known yet.

    A trade adds or takes units at about their price; a split, a stock dividend or a spin-off does so at none.
    Units that came at the average itself were bought, unless it is known that nothing was traded (`is_untraded`).
    """
    entry = guard.venue_entry
    if entry is None or venue_entry is None:
        return False
    if asset_class is not AssetClass.STOCK or before is None or seen is None:
        # Coins are deposited, and what the venue's average makes of that is not known.
        return _is_split(entry, venue_entry)
    with exact():
        more = seen - before
        has_moved = abs(venue_entry - entry) > entry * _ROUNDING_RATIO
        if not has_moved:
            return is_untraded and more > ZERO and venue_entry == entry
        brought = seen * venue_entry - before * entry
        usual = price if more > ZERO else min(entry, venue_entry)
        # Multiplied out, so that nothing is divided by no change at all.
        return brought * more <= more * more * usual * _TRADED_RATIO


def _is_split(before: Decimal, now: Decimal) -> bool:
    with exact():
        return min(before, now) > ZERO and max(before, now) >= min(before, now) * SPLIT_RATIO


def _is_unexplained(
    guard: Guard, expected: Decimal, seen: Decimal, asset_class: AssetClass, venue_entry: Decimal | None
) -> bool:
    """Return whether neither fills nor a plain transfer explain the quantity."""
    if seen == expected:
        return False
    if asset_class is AssetClass.STOCK or guard.kind is PositionKind.MARGIN:
        # Neither is sent to and fro as coins are.
        return True
    if venue_entry is not None and venue_entry == guard.venue_entry:
        return False
    return seen >= expected * SPLIT_RATIO


def _reduce(guard: Guard, by: Decimal, reason: GuardReason, fills: tuple[Fill, ...]) -> GuardChange:
    by = min(by, guard.quantity)
    left = guard.reduced_by(by)
    if left.state is GuardState.CLOSED:
        return Closed(guard=left.closed(reason), by=by, reason=reason, fills=fills)
    return Reduced(guard=left, by=by, reason=reason)


def _pause(guard: Guard, sold: Decimal, reason: GuardReason) -> Paused:
    return Paused(guard=guard.reduced_by(sold).in_state(GuardState.PAUSED, reason), reason=reason)
