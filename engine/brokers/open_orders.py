"""Open orders, parsed leniently: only fields that show what an order holds or how to cancel it may make it unreadable."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from engine.brokers.parse import MalformedAnswerError, Row, lenient, text_in
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.model.orders import (
    ClientOrderId,
    Collateral,
    OpenOrders,
    Order,
    OrderStatus,
    ProductFamily,
    Side,
    VenueOrderId,
)

T = TypeVar("T")


def read_open_orders(items: Iterable[T], read: Callable[[T], Order], name: Callable[[T], str]) -> OpenOrders:
    """Read a list of open orders: one that cannot be read is named and hides none of the others.

    One that is reported as over may have ended while it was requested; it counts only where something is held for no
    known reason.
    """
    # Pages that shift while they are read overlap.
    orders, unreadable, over = dict[str, Order](), dict[str, None](), dict[str, None]()
    for item in items:
        try:
            order = read(item)
        except MalformedAnswerError as e:
            unreadable[f"{name(item)}: {e}"] = None
        else:
            if order.status.is_final:
                over[f"{name(item)}: it is listed as open and reported as {order.status}"] = None
            else:
                orders[order.venue_order_id] = order
    return OpenOrders(orders=tuple(orders.values()), unreadable=tuple(unreadable), over=tuple(over))


def open_order(
    row: Row,
    *,
    order_id: str,
    client_id_key: str,
    symbol: str,
    side: Side,
    family: ProductFamily,
    status: OrderStatus,
    filled: Decimal,
    quantity: Callable[[], Decimal | None],
    price: Decimal | None,
    opened_at: datetime | None,
    stated: Decimal | None = None,
) -> Order:
    """Build an open order; its cost and fee are left to a query of the order itself.

    `quantity` raises where what a sale holds cannot be known, which concerns nobody once the order is final; and
    what an order in an unknown kind of product or in an unknown pair holds never is. What a purchase holds follows
    from its quantity and price; where one of them is unknown, it is what the venue states, or unknown.
    """
    if not status.is_final:
        _require_known(symbol, family)
    client_order_id = lenient(row, client_id_key, text_in)
    size = filled if status.is_final else quantity()
    is_complete = side is Side.SELL or (size is not None and price is not None)
    return Order(
        venue_order_id=VenueOrderId(order_id),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=symbol,
        side=side,
        family=family,
        status=status,
        quantity=filled if size is None else size,
        filled_quantity=filled,
        cost=None,
        fee=None,
        fee_asset=None,
        price=price,
        opened_at=opened_at,
        collateral=None
        if is_complete or family is not ProductFamily.SPOT
        else Collateral(asset=quote_of(symbol), quantity=stated),
    )


def unspent(budget: Decimal | None, spent: Decimal | None) -> Decimal | None:
    """Return what a purchase sized by its cost still keeps; None is unknown."""
    if budget is None or budget <= ZERO:
        return None
    with exact():
        return max(budget - (spent or ZERO), ZERO)


def _require_known(symbol: str, family: ProductFamily) -> None:
    if family is ProductFamily.OTHER:
        message = "it trades a kind of product that NIJA does not know"
        raise MalformedAnswerError(message)
    if family is ProductFamily.SPOT and not quote_of(symbol):
        message = f"it trades {symbol}, a pair that NIJA does not know"
        raise MalformedAnswerError(message)


def named(item: object, *keys: str) -> str:
    """Name a row that cannot be read by the texts it has under `keys`."""
    row = item if isinstance(item, Mapping) else {}
    texts = [str(row[key])[:60] for key in keys if isinstance(row.get(key), str) and row[key]]
    return " ".join(texts) or "an order without an id"
