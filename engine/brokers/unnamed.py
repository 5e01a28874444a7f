"""Pure: tell an order of ours whose row names no id: venues leave it out now and then."""

from datetime import timedelta

from engine import wall_time
from engine.orders import Order, Sent

#: The venue's clock, and ours when the order left, may differ by so much.
_SLACK = timedelta(minutes=1)


def is_like(order: Order, symbol: str, sent: Sent, *, shifted: timedelta = timedelta(0)) -> bool:
    """Tell whether an order is of the asset, side and quantity that was sent, and of after it left.

    `shifted` is how far the venue's clock is ahead of ours.
    """
    if (order.side, order.quantity) != (sent.side, sent.quantity) or base_of(order.symbol) != base_of(symbol):
        return False
    left_at = sent.at + shifted - _SLACK
    return order.opened_at is None or not wall_time.is_before(order.opened_at, left_at)


def base_of(symbol: str) -> str:
    """Return the asset of a pair: an attempt may have gone out through another one."""
    return symbol.partition("/")[0]
