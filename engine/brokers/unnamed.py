"""Pure: tell an order of ours whose row names no id: venues leave it out now and then."""

from datetime import timedelta
from decimal import Decimal

from engine import wall_time
from engine.money import ZERO, exact
from engine.orders import Order, Sent

#: The venue's clock, and ours when the order left, may differ by so much.
_SLACK = timedelta(minutes=1)
#: A venue may cut what was sent to its lot.
_CUT_RATIO = Decimal("0.01")


def is_like(
    order: Order,
    symbol: str,
    sent: Sent,
    *,
    shifted: timedelta = timedelta(0),
    is_answer_to_id: bool = False,
) -> bool:
    """Tell whether an order is of the asset, side and quantity that was sent, and of after it left.

    `shifted` is how far the venue's clock is ahead of ours. Where the venue itself gives the order as its only
    answer to our id, its quantity need not be what was sent; anywhere else that is its owner's own order.
    """
    if order.venue_order_id in sent.others or order.side is not sent.side:
        return False
    if base_of(order.symbol) != base_of(symbol) or not (is_answer_to_id or _is_about(order, sent)):
        return False
    left_at = sent.at + shifted - _SLACK
    return order.opened_at is None or not wall_time.is_before(order.opened_at, left_at)


def _is_about(order: Order, sent: Sent) -> bool:
    with exact():
        return ZERO <= sent.quantity - order.quantity <= sent.quantity * _CUT_RATIO


def base_of(symbol: str) -> str:
    """Return the asset of a pair: an attempt may have gone out through another one."""
    return symbol.partition("/")[0]
