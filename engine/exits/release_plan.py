"""Which open orders must be cancelled so that a guarded quantity can be sold."""

from collections.abc import Iterable
from decimal import Decimal

from engine.model.money import ZERO, exact
from engine.model.orders import Order, ProductFamily, Side


def plan_release(
    asset: str, *, needed: Decimal, free: Decimal, open_orders: Iterable[Order]
) -> tuple[Order, ...]:
    """Choose the fewest orders that hold `asset` whose cancelling frees `needed`; none when enough is free.

    Of the choices with equally few orders the last one is the smallest that still suffices, so
    that the owner's larger orders stay. All of them are returned when even that is too little, those included
    that hold an amount nobody knows.
    """
    orders = tuple(open_orders)
    holding = sorted(
        (order for order in orders if _held(order, asset) > ZERO),
        key=lambda order: _held(order, asset),
        reverse=True,
    )
    chosen = list[Order]()
    with exact():
        shortfall = needed - free
        for order in holding:
            if shortfall <= ZERO:
                break
            left = [other for other in holding if other not in chosen]
            covering = [other for other in left if _held(other, asset) >= shortfall]
            chosen.append(covering[-1] if covering else order)
            shortfall -= _held(chosen[-1], asset)
        if shortfall > ZERO:
            chosen += [one for one in orders if one.held_asset == asset and one.held_quantity is None]
    return tuple(chosen)


def coming_back(cancelled: Iterable[Order], *, held: Decimal, staying: Decimal, is_all: bool) -> Decimal:
    """Return how much of what is held is released once these orders are cancelled.

    `staying` of it is held by orders that are not cancelled; `is_all` says that all the rest may be released. What no
    cancelled order held is not waited for: a hold of the venue's own, or of an order that no list shows, stays.
    """
    orders = tuple(cancelled)
    with exact():
        coming = max(held - staying, ZERO)
    is_known = all(order.held_quantity is not None for order in orders)
    return min(coming, held_by(orders)) if is_known and not is_all else coming


def held_by(orders: Iterable[Order]) -> Decimal:
    """Return what orders of one asset hold; an amount nobody knows frees nothing that could be counted on."""
    with exact():
        return sum((order.held_quantity or ZERO for order in orders), ZERO)


def opposite_orders(symbol: str, side: Side, open_orders: Iterable[Order]) -> tuple[Order, ...]:
    """Return the spot orders on the other side of a pair: some venues refuse ours while they are open."""
    return tuple(
        order
        for order in open_orders
        if order.symbol == symbol and order.side is not side and order.family is ProductFamily.SPOT
    )


def _held(order: Order, asset: str) -> Decimal:
    # An amount nobody knows frees nothing that could be counted on.
    return (order.held_quantity or ZERO) if order.held_asset == asset else ZERO
