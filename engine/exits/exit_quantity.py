"""Pure: what of a guard an exit sells, less what its owner sold or moved at the venue."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.guards.guard import Guard, GuardState, Seen
from engine.model.guard_reasons import GuardReason
from engine.model.instruments import Instrument
from engine.model.money import ZERO, exact
from engine.model.orders import Order
from engine.orders.too_small import price_of_a_unit

SOLD_EXTERNALLY = "was sold or moved at the venue just before"
UNCONFIRMED = (
    "it seems to have been sold or moved at the venue; it stays guarded until a second reading agrees"
)


@dataclass(frozen=True, slots=True)
class Sell:
    """Sell this many units, already floored to the lot."""

    quantity: Decimal


class DustKind(StrEnum):
    """Whether what an order left is guarded no more or only seems to be gone."""

    LEFT = "left"
    #: One reading alone shows it as gone, so it stays guarded.
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Dust:
    """What an order did not sell, and why."""

    quantity: Decimal
    why: str
    kind: DustKind = DustKind.LEFT


def plan_sale(
    *, guarded: Decimal, there: Decimal | None, instrument: Instrument | None, price: Decimal
) -> Sell | Dust:
    """Decide the quantity: what is guarded, capped by what is there, floored to the lot.

    `there` is None when it could not be read. Zero is not believed either: the venue refuses what
    is not there, and a balance wrongly shown as zero must not keep a loser. Without the listing
    nothing is floored, for the same reason.
    """
    wanted = min(guarded, there) if there else guarded
    if instrument is None:
        return Sell(wanted)
    why = instrument.why_too_small_to_sell(wanted, price)
    return Dust(wanted, why) if why else Sell(instrument.floor_quantity(wanted))


def vanished(*, expected: Decimal | None, owned: Decimal | None) -> Decimal:
    """Return how much of a position its owner sold or moved since it was last seen.

    Unknown is nothing, and so is a total of zero, which a venue may show wrongly for a moment.
    """
    if expected is None or not owned:
        return ZERO
    with exact():
        return max(expected - owned, ZERO)


def with_vanished(dust: Dust | None, gone: Decimal) -> Dust | None:
    """Add what went at the venue to what an exit did not sell."""
    if gone == ZERO:
        return dust
    if dust is None:
        return Dust(gone, SOLD_EXTERNALLY)
    with exact():
        return Dust(dust.quantity + gone, f"{dust.why}; {gone:f} {SOLD_EXTERNALLY}")


def reduce_guard(
    guard: Guard, order: Order, *, instrument: Instrument | None, price: Decimal
) -> tuple[Guard, Dust | None]:
    """Return what stays guarded after an order's fills; dust is no longer guarded and named.

    What is left and can be sold stays armed, so the next look at the price sells it too.
    """
    rest = guard.reduced_by(order.filled_quantity)
    if rest.quantity == ZERO:
        return rest.closed(GuardReason.SOLD), None
    plan = plan_sale(
        guarded=rest.quantity,
        there=None,
        instrument=instrument,
        price=price_of_a_unit(price=price, entry=guard.entry),
    )
    if isinstance(plan, Dust):
        return rest.closed(GuardReason.SOLD, plan.why), plan
    return rest.in_state(GuardState.ARMED), None


def keep_unconfirmed(guard: Guard, order: Order, gone: Decimal) -> tuple[Guard, Dust]:
    """Return what stays guarded of the whole when a part of it is gone by one reading alone."""
    left = guard.reduced_by(order.filled_quantity)
    state = left.state if left.state is GuardState.CLOSED else GuardState.ARMED
    return left.in_state(state), Dust(min(gone, guard.quantity), UNCONFIRMED, DustKind.UNCONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitQuantity:
    """How much of a guard is there to be sold, by what the readings so far prove."""

    #: The guard as it is stored.
    whole: Guard
    #: What is sold of it.
    guard: Guard
    #: What went at the venue.
    gone: Decimal = ZERO
    #: What is there, when the guard is reduced by what went at the venue.
    seen: Seen | None = None
    #: Whether only one reading shows that and no other has confirmed it.
    is_unconfirmed: bool = False

    @classmethod
    def all_of(cls, guard: Guard) -> "ExitQuantity":
        """Return the whole, of which nothing is known to have gone."""
        return cls(whole=guard, guard=guard)

    def rest_after(
        self, order: Order, *, instrument: Instrument | None, price: Decimal
    ) -> tuple[Guard, Dust | None]:
        """Return what stays guarded after an order's fills, and what is reported as not sold."""
        if self.is_unconfirmed:
            return keep_unconfirmed(self.whole, order, self.gone)
        rest, dust = reduce_guard(self.guard, order, instrument=instrument, price=price)
        return rest, with_vanished(dust, self.gone)
