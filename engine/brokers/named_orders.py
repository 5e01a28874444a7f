"""Pure: whether a row that bears our client order id, or the id of our order, can be of what was sent.

A venue may list an id of ours on another order's row: what is of another coin or side, or has a limit, is none of ours.
"""

from collections.abc import Iterable

from engine.brokers.glimpse import Glimpse
from engine.model.instruments import base_of
from engine.model.orders import Fill, Order, Side


def is_another(order: Order, symbol: str, side: Side | None) -> bool:
    """Return whether an order cannot be the market order that was sent, whatever id it bears; a side of None is unknown."""
    # An attempt may have gone out through another pair.
    if base_of(order.symbol) != base_of(symbol):
        return True
    # Nothing of ours has a limit.
    is_limited = order.price is not None or order.is_market is False
    return side is not None and (order.side is not side or is_limited)


def shows_another(row: Glimpse, symbol: str, side: Side | None) -> bool:
    """Return whether what could be read of a row already shows another order."""
    if row.base not in {None, base_of(symbol)}:
        return True
    return side is not None and (row.side not in {None, side} or row.is_market is False)


def only_of(order: Order, fills: Iterable[Fill]) -> tuple[Fill, ...]:
    """Return the trades that can be of an order: those of its coin and side."""
    base = base_of(order.symbol)
    return tuple(fill for fill in fills if base_of(fill.symbol) == base and fill.side is order.side)
