"""Pure: what an order sold beyond what its exit booked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from engine import wall_time
from engine.alerts.messages import ExitFilled
from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Order, OrderStatus, VenueOrderId, quantity_of
from engine.orders.intents import Intent, Trigger
from engine.orders.order_readings import ROUNDING, with_trade_totals
from engine.orders.states import IntentState, client_order_id

#: A row without our id is ours only if it was opened so near to when the attempt left, by clocks that may differ.
OPENED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOrder:
    """An order of an exit that is over, of which the venue may report fills that the exit did not book."""

    intent: Intent
    attempt: int
    order_id: VenueOrderId
    #: The orders that the venue put in its place.
    successors: Collection[str] = field(default=frozenset())
    #: Whether nothing names it ours.
    may_be_owners: bool = False

    @property
    def is_booked(self) -> bool:
        """Return whether the exit ended with it, so that a part of its fills is booked."""
        return self.intent.state is IntentState.FILLED and self.order_id == self.intent.venue_order_id


class _Known(NamedTuple):
    """What is known already of an order's fills."""

    quantity: Decimal
    cost: Decimal | None
    fee: Decimal | None
    fee_asset: str | None


def late_part(late: LateOrder, fills: tuple[Fill, ...], reported: Sequence[ExitFilled]) -> Order | None:
    """Return what an order's fills add up to beyond what its exit booked and what was reported late; None where that is all."""
    return _beyond(
        _order(late, fills), [*([_booked(late.intent)] if late.is_booked else []), *map(_reported, reported)]
    )


def quantity_off_guard(
    sold: Collection[Decimal], *, seen: Decimal | None, there: Decimal, taken: Decimal = ZERO
) -> Decimal:
    """Return how much comes off a guard for what late orders `sold` since its position was last `seen`.

    No more than is missing `there` for all of them together, of which `taken` is off the guard already: the rest was
    found missing before. A position that was never seen has lost all that was sold.
    """
    with exact():
        total = sum(sold, ZERO)
        missing = total if seen is None else max(seen - there, ZERO)
        return max(min(total, missing) - taken, ZERO)


def sold_of_guarded(trigger: Trigger, *, before: Decimal, filled: Decimal) -> Decimal:
    """Return how much of what filled after so much `before` was guarded: a manual close sells all else first."""
    guarded, _ = trigger.guarded
    with exact():
        unguarded = trigger.quantity - guarded
        return max(before + filled - unguarded, ZERO) - max(before - unguarded, ZERO)


def _booked(intent: Intent) -> _Known:
    return _Known(intent.filled_quantity, intent.cost, intent.fee, intent.fee_asset)


def _reported(message: ExitFilled) -> _Known:
    with exact():
        cost = message.quantity * message.fill_price
    return _Known(message.quantity, cost, message.fee, message.fee_asset)


def _beyond(order: Order, known: Sequence[_Known]) -> Order | None:
    with exact():
        quantity = order.filled_quantity - sum((one.quantity for one in known), ZERO)
        if quantity <= ROUNDING:
            return None
        cost = _rest(order.cost, [one.cost for one in known])
        if cost is None and order.average_price is not None:
            cost = order.average_price * quantity
    is_one_asset = all(one.fee_asset == order.fee_asset for one in known)
    fee = _rest(order.fee, [one.fee for one in known]) if is_one_asset else None
    return replace(
        order,
        quantity=quantity,
        filled_quantity=quantity,
        cost=cost,
        fee=fee,
        fee_asset=None if fee is None else order.fee_asset,
    )


def _rest(whole: Decimal | None, known: Sequence[Decimal | None]) -> Decimal | None:
    """Return what is left; None where a part is unknown, or rounded so that nothing is."""
    parts = [part for part in known if part is not None]
    if whole is None or len(parts) < len(known):
        return None
    with exact():
        rest = whole - sum(parts, ZERO)
    return rest if rest > ZERO or not known else None


def _order(late: LateOrder, fills: tuple[Fill, ...]) -> Order:
    """Return the order that these fills add up to."""
    intent = late.intent
    quantity = quantity_of(fills)
    bare = Order(
        venue_order_id=late.order_id,
        client_order_id=client_order_id(intent.intent_id, late.attempt),
        symbol=fills[0].symbol,
        side=intent.side,
        status=OrderStatus.CANCELED,
        quantity=quantity,
        filled_quantity=ZERO,
        cost=None,
        fee=None,
        fee_asset=None,
    )
    return with_trade_totals(bare, fills, quantity)


def is_certain(order: Order, sent: Intent, left_at: datetime | None) -> bool:
    """Return whether an order that was looked up so late is the one: without our id it must have been opened then."""
    if order.client_order_id == sent.client_order_id:
        return True
    if order.client_order_id is not None or order.opened_at is None or left_at is None:
        return False
    return not wall_time.is_before(order.opened_at, left_at - OPENED_WITHIN) and wall_time.is_before(
        order.opened_at, left_at + OPENED_WITHIN
    )
