"""Pure: tell an order of ours whose row names no id: venues leave it out now and then."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from engine import wall_time
from engine.money import ZERO, exact
from engine.orders import Order, ProductFamily, Sent

#: The venue's clock, as we know it, may be off by so much.
_SLACK = timedelta(seconds=5)
#: The same where it was never read.
_UNREAD_SLACK = timedelta(minutes=1)
#: A venue may cut what was sent to its lot.
_CUT_RATIO = Decimal("0.01")


class Likeness(StrEnum):
    """What a row without an id is, held against what was sent."""

    #: Everything that was sent agrees.
    OURS = "ours"
    #: It certainly is another order.
    OTHER = "other"
    #: Nothing speaks against it, and not everything agrees or is told.
    UNCERTAIN = "uncertain"


def likeness(
    order: Order,
    symbol: str,
    sent: Sent,
    *,
    shifted: timedelta = timedelta(0),
    is_answer_to_id: bool = False,
) -> Likeness:
    """Tell whether an order is the market order that was sent, by its asset, side, quantity and time.

    `shifted` is how far the venue's clock is ahead of ours. Where the venue itself gives the order as its only
    answer to our id, its quantity need not be what was sent; anywhere else that is its owner's own order.
    """
    left_at = sent.at + shifted
    if _is_another(order, symbol, sent) or _opened_before(order, left_at - _UNREAD_SLACK):
        return Likeness.OTHER
    if is_answer_to_id:
        return Likeness.OURS
    if not _is_about(order, sent):
        return Likeness.OTHER
    is_told = order.is_market is True and order.opened_at is not None
    is_same = order.quantity == sent.quantity and not _opened_before(order, left_at - _SLACK)
    return Likeness.OURS if is_told and is_same else Likeness.UNCERTAIN


def _is_another(order: Order, symbol: str, sent: Sent) -> bool:
    if order.venue_order_id in sent.others or order.side is not sent.side:
        return True
    if order.price is not None or order.is_market is False:
        return True  # nothing of ours has a limit
    family = ProductFamily.MARGIN if sent.is_margin else ProductFamily.SPOT
    if order.family not in {family, ProductFamily.OTHER}:
        return True
    return base_of(order.symbol) != base_of(symbol)


def _opened_before(order: Order, at: datetime) -> bool:
    return order.opened_at is not None and wall_time.is_before(order.opened_at, at)


def _is_about(order: Order, sent: Sent) -> bool:
    with exact():
        return ZERO <= sent.quantity - order.quantity <= sent.quantity * _CUT_RATIO


def base_of(symbol: str) -> str:
    """Return the asset of a pair: an attempt may have gone out through another one."""
    return symbol.partition("/")[0]
