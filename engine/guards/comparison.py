"""Pure: compare a guarded position from reading to reading, accepting no change before it is certain."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.guards.changes import (
    GuardChange,
    Paused,
    Unchanged,
    change_by,
    is_about,
    is_explained,
    reconcile,
)
from engine.guards.guard import Guard, GuardState, Seen
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import AccountReport, Direction, PositionKind
from engine.model.instruments import AssetClass
from engine.model.money import ZERO, exact
from engine.model.orders import Fill

#: A quantity that no fill explains is accepted when a reading so much later shows it too: a venue's old
#: answer may be read several times within seconds.
CONFIRMED_AFTER = timedelta(seconds=15)

#: Right after a trade a venue may still show what was there before it.
SHOWN_LATE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reading shows of one guarded position, and all fills of its account that are known."""

    there: Decimal
    at: datetime
    #: The same on the venue's own clock, where that is known.
    venue_at: datetime | None = None
    fills: tuple[Fill, ...]
    #: The venue's ids of the orders that are ours.
    our_orders: frozenset[str]
    #: By how much orders of ours changed it since it was last seen that no known fill shows yet, in its asset.
    unreported: Decimal
    asset_class: AssetClass
    venue_entry: Decimal | None
    #: When the guard was set, on the clock of `at`; None where the guard's own time is to be trusted.
    set_at: datetime | None = None
    #: Ids of trades that were part of what was seen before.
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a reading means for a guard."""

    change: GuardChange
    #: What the next reading is compared with.
    seen: Seen
    #: A quantity that no fill explains, as it was first read; accepted when a later reading shows it too.
    unconfirmed: Seen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fills:
    """The fills of a position since it was last seen."""

    external: tuple[Fill, ...]
    ours: tuple[Fill, ...]

    @property
    def all(self) -> tuple[Fill, ...]:
        """Return the owner's and then ours, whatever the order in which they happened."""
        return self.external + self.ours


def compare_holding(
    guard: Guard, reading: Reading, *, seen: Seen | None, unconfirmed: Seen | None
) -> Comparison:
    """Compare a reading with what was seen before; a lone reading that fills do not explain changes nothing."""
    base = seen or first_seen(guard, reading)
    if guard.state is not GuardState.ARMED or not wall_time.is_before(base.at, reading.at):
        return Comparison(change=Unchanged(guard=guard), seen=base, unconfirmed=unconfirmed)
    fills = fills_of(guard, reading, after=base.at)
    if not explains(guard, reading, base, fills):
        if unconfirmed is None or not _is_still(guard, reading, unconfirmed):
            unconfirmed = Seen(quantity=reading.there, at=reading.at)
        if wall_time.between(unconfirmed.at, reading.at) < CONFIRMED_AFTER:
            return Comparison(change=Unchanged(guard=guard), seen=base, unconfirmed=unconfirmed)
        late = _with_late_sales(guard, reading, fills, base)
        fills = late if explains(guard, reading, base, late) else fills
    elif not fills.all:
        # Older fills may still be reported, so what was seen stays of the moment it was first true.
        return Comparison(change=_reconcile(guard, reading, base, fills), seen=base)
    if fills.all and reading.venue_entry is not None:
        # A trade moves the venue's average; that is no split.
        guard = replace(guard, venue_entry=reading.venue_entry)
    change, there = _reconcile(guard, reading, base, fills), reading.there
    if isinstance(change, Paused) and change.reason is GuardReason.VANISHED:
        # What comes back is compared with what should be there.
        there = expected_of(guard, reading, base, fills)
    return Comparison(change=change, seen=Seen(quantity=there, at=reading.at, venue_at=reading.venue_at))


def is_covered(report: AccountReport, guard: Guard) -> bool:
    """Return whether a reading contains the quantity of a guarded position."""
    return report.covers(guard.asset if guard.kind is PositionKind.SPOT else guard.symbol)


def quantity_there(report: AccountReport, guard: Guard) -> Decimal:
    """Return how much of a guarded position an account holds, whether it can be sold now or not."""
    if guard.kind is PositionKind.SPOT:
        return report.holding(guard.asset).total
    return sum(
        (
            position.quantity
            for position in report.margin_positions
            if position.symbol == guard.symbol and position.direction is guard.direction
        ),
        ZERO,
    )


def first_seen(guard: Guard, reading: Reading) -> Seen:
    """Return what was there when a guard was set that nobody has looked at since: what fills lead back to.

    What orders of ours have bought since is part of the guard already, and so is that which it was set for, though its
    venue may date it a moment later.
    """
    set_at = reading.set_at or guard.created_at
    fills = fills_of(guard, reading, after=set_at)
    with exact():
        unreported = _unreported(guard, reading)
        before = reading.there - unreported - _sum(guard, fills.ours) - _sum(guard, fills.external)
        guarded = guard.quantity - _sum(guard, _purchases(guard, fills.ours)) - max(unreported, ZERO)
    return Seen(quantity=max(guarded, before, ZERO), at=set_at)


def fills_of(guard: Guard, reading: Reading, *, after: datetime) -> Fills:
    """Return the fills of a guarded position between a time and a reading that were not known then."""
    between = [
        fill
        for fill in reading.fills
        if wall_time.is_before(after, fill.at)
        and not wall_time.is_before(reading.at, fill.at)
        and fill.trade_id not in reading.known
        and is_about(guard, fill)
    ]
    return Fills(
        external=tuple(fill for fill in between if fill.venue_order_id not in reading.our_orders),
        ours=tuple(fill for fill in between if fill.venue_order_id in reading.our_orders),
    )


def _with_late_sales(guard: Guard, reading: Reading, fills: Fills, base: Seen) -> Fills:
    """Add our sales from just before it was seen: what a venue showed then may be of a moment before them."""
    just_before = replace(reading, at=base.at, known=frozenset())
    late = fills_of(guard, just_before, after=base.at - SHOWN_LATE_WITHIN)
    return Fills(external=fills.external, ours=(*late.ours, *fills.ours))


def _is_still(guard: Guard, reading: Reading, unconfirmed: Seen) -> bool:
    """Return whether the quantity is unchanged and no fill since explains a change."""
    return unconfirmed.quantity == reading.there and not fills_of(guard, reading, after=unconfirmed.at).all


def explains(guard: Guard, reading: Reading, base: Seen, fills: Fills) -> bool:
    """Return whether the last quantity and the fills since add up to what is there, except for fees reported elsewhere."""
    before = _before(guard, reading, base, fills)
    ours = _purchases(guard, fills.ours)
    return is_explained(guard, before=before, seen=reading.there, fills=fills.external, ours=ours)


def expected_of(guard: Guard, reading: Reading, base: Seen, fills: Fills) -> Decimal:
    """Return how much should be there by what was seen and traded since."""
    with exact():
        return _before(guard, reading, base, fills) + _sum(guard, fills.external)


def _reconcile(guard: Guard, reading: Reading, base: Seen, fills: Fills) -> GuardChange:
    return reconcile(
        guard,
        before=_before(guard, reading, base, fills),
        seen=reading.there,
        fills=fills.external,
        ours=_purchases(guard, fills.ours),
        asset_class=reading.asset_class,
        venue_entry=reading.venue_entry,
    )


def _before(guard: Guard, reading: Reading, base: Seen, fills: Fills) -> Decimal:
    """Return what was seen with our own sales since applied; each took its part off the guard itself."""
    with exact():
        return base.quantity + _sum(guard, fills.ours) + _unreported(guard, reading)


def _purchases(guard: Guard, fills: Iterable[Fill]) -> tuple[Fill, ...]:
    return tuple(fill for fill in fills if change_by(guard, fill) > ZERO)


def _unreported(guard: Guard, reading: Reading) -> Decimal:
    return reading.unreported if guard.direction is Direction.LONG else -reading.unreported


def _sum(guard: Guard, fills: Iterable[Fill]) -> Decimal:
    return sum((change_by(guard, fill) for fill in fills), ZERO)
