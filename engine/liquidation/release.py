"""Which open orders must be cancelled so that a guarded quantity can be sold."""

from collections.abc import Iterable
from decimal import Decimal

from engine.money import ZERO
from engine.orders import Order, Side


def plan_release(
    asset: str, *, needed: Decimal, free: Decimal, open_orders: Iterable[Order]
) -> tuple[Order, ...]:
    """Choose the fewest sell orders of `asset` whose cancelling frees `needed`; none when enough is free.

    Of the choices with equally few orders the last one is the smallest that still suffices, so
    that the owner's larger orders stay. All of them are returned when even that is too little.
    """
    holding = sorted(
        (order for order in open_orders if _holds(order, asset)),
        key=lambda order: order.remaining_quantity,
        reverse=True,
    )
    shortfall, chosen = needed - free, list[Order]()
    for order in holding:
        if shortfall <= ZERO:
            break
        chosen.append(_smallest_covering(shortfall, [o for o in holding if o not in chosen]) or order)
        shortfall -= chosen[-1].remaining_quantity
    return tuple(chosen)


def _holds(order: Order, asset: str) -> bool:
    return order.side is Side.SELL and order.symbol.split("/")[0] == asset


def _smallest_covering(shortfall: Decimal, largest_first: list[Order]) -> Order | None:
    covering = [order for order in largest_first if order.remaining_quantity >= shortfall]
    return covering[-1] if covering else None
