"""Pure: recognise an order of ours whose row has no client order id, which venues leave out now and then."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from engine import wall_time
from engine.brokers.glimpse import Glimpse
from engine.brokers.named_orders import is_another
from engine.model.instruments import base_of
from engine.model.money import ZERO, exact
from engine.model.orders import Order, ProductFamily, Sent

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
    #: Nothing contradicts it, but not everything matches or is reported.
    UNCERTAIN = "uncertain"


def likeness(
    order: Order,
    symbol: str,
    sent: Sent,
    *,
    shifted: timedelta = timedelta(0),
    is_answer_to_id: bool = False,
) -> Likeness:
    """Return whether an order is the market order that was sent, by its asset, side, quantity and time.

    `shifted` is how far the venue's clock is ahead of ours. Where the venue itself gives the order as its only
    answer to our id, its quantity need not be what was sent; anywhere else that is its owner's own order.
    """
    left_at = sent.at + shifted
    if _is_another(order, symbol, sent) or _opened_before(order, left_at - _UNREAD_SLACK):
        return Likeness.OTHER
    if is_answer_to_id:
        return Likeness.OURS
    if not _is_about(order.quantity, sent):
        return Likeness.OTHER
    is_known_market_order = order.is_market is True and order.opened_at is not None
    is_same = order.quantity == sent.quantity and not _opened_before(order, left_at - _SLACK)
    return Likeness.OURS if is_known_market_order and is_same else Likeness.UNCERTAIN


def could_be(row: Glimpse, symbol: str, sent: Sent, *, shifted: timedelta) -> bool:
    """Return whether nothing in a row contradicts its being of the order that was sent."""
    if row.base not in {None, base_of(symbol)} or row.side not in {None, sent.side}:
        return False
    if row.is_market is False or row.family not in {None, _family(sent), ProductFamily.OTHER}:
        return False
    is_early = row.opened_at is not None and wall_time.is_before(
        row.opened_at, sent.at + shifted - _UNREAD_SLACK
    )
    return not is_early and (row.quantity is None or _may_be_of(row.quantity, sent, is_part=row.is_part))


def _may_be_of(quantity: Decimal, sent: Sent, *, is_part: bool) -> bool:
    return quantity <= sent.quantity if is_part else _is_about(quantity, sent)


def _family(sent: Sent) -> ProductFamily:
    return ProductFamily.MARGIN if sent.is_margin else ProductFamily.SPOT


def _is_another(order: Order, symbol: str, sent: Sent) -> bool:
    if order.venue_order_id in sent.others or order.family not in {_family(sent), ProductFamily.OTHER}:
        return True
    return is_another(order, symbol, sent.side)


def _opened_before(order: Order, at: datetime) -> bool:
    return order.opened_at is not None and wall_time.is_before(order.opened_at, at)


def _is_about(quantity: Decimal, sent: Sent) -> bool:
    with exact():
        return ZERO <= sent.quantity - quantity <= sent.quantity * _CUT_RATIO
