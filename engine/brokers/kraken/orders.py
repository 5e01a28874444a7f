"""Read Kraken's orders into our values."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.brokers.kraken.names import Catalog
from engine.brokers.open_orders import open_order, read_open_orders, unspent
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount,
    amount_in,
    as_row,
    lenient,
    one_of,
    optional_in,
    order_status_in,
    positive_in,
    row_in,
    text_in,
    unix_time_in,
)
from engine.model.money import ZERO
from engine.model.orders import (
    ClientOrderId,
    OpenOrders,
    Order,
    OrderStatus,
    ProductFamily,
    Side,
    VenueOrderId,
)

_FINAL = {
    "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "expired": OrderStatus.CANCELED,
}
_NO_LEVERAGE = "none"
SIDES = {"buy": Side.BUY, "sell": Side.SELL}


def parse_order(order_id: str, row: Row, catalog: Catalog) -> Order:
    """Read one order of OpenOrders, ClosedOrders or QueryOrders."""
    terms = row_in(row, "descr")
    pair = catalog.pair(text_in(terms, "pair"))
    filled = amount_in(row, "vol_exec")
    in_quote = "viqc" in (optional_in(row, "oflags", text_in) or "")
    client_order_id = optional_in(row, "cl_ord_id", text_in)
    return Order(
        venue_order_id=VenueOrderId(order_id),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=pair.symbol,
        side=one_of(terms, "type", SIDES),
        family=_family(terms),
        status=_status(row, "status"),
        # an order sized by its cost has no quantity but what was filled
        quantity=filled if in_quote else amount_in(row, "vol"),
        filled_quantity=filled,
        # Its trades show both, too.
        cost=lenient(row, "cost", amount_in),
        fee=lenient(row, "fee", amount_in),
        fee_asset=pair.quote,
        price=_order_price(terms),
        is_market=_is_market(terms),
        opened_at=lenient(row, "opentm", unix_time_in),
        closed_at=lenient(row, "closetm", unix_time_in),
    )


def require_all(order_ids: Iterable[VenueOrderId], rows: Mapping[str, Row]) -> None:
    """Refuse an answer of QueryOrders that leaves out orders which traded."""
    missing = sorted(set(order_ids) - rows.keys())
    if missing:
        message = f"QueryOrders lacks {', '.join(missing)}"
        raise MalformedAnswerError(message)


def _family(terms: Row) -> ProductFamily:
    # "none" for a spot order, else "3:1": those use margin and hold no coins.
    leverage = str(terms.get("leverage") or _NO_LEVERAGE).lower()
    if leverage == _NO_LEVERAGE:
        return ProductFamily.SPOT
    return ProductFamily.MARGIN if leverage[0].isdigit() else ProductFamily.OTHER


def parse_open_orders(result: object, catalog: Catalog) -> OpenOrders:
    """Read the answer to OpenOrders; an order that cannot be read is named by its id."""
    return read_open_orders(
        row_in(as_row(result, "OpenOrders"), "open").items(),
        lambda item: _open_order(item[0], as_row(item[1], item[0]), catalog),
        lambda item: item[0],
    )


def _open_order(order_id: str, row: Row, catalog: Catalog) -> Order:
    terms = row_in(row, "descr")
    side = one_of(terms, "type", SIDES)
    filled = lenient(row, "vol_exec", amount_in) or ZERO
    price = lenient(terms, "price", positive_in)
    return open_order(
        row,
        order_id=order_id,
        client_id_key="cl_ord_id",
        symbol=catalog.pair(text_in(terms, "pair")).symbol,
        side=side,
        family=_family(terms),
        status=lenient(row, "status", _status) or OrderStatus.OPEN,
        filled=filled,
        quantity=lambda: _open_quantity(row, side, price),
        price=price,
        opened_at=lenient(row, "opentm", unix_time_in),
        stated=_budget_left(row) if _is_in_quote(row) else None,
    )


def _is_in_quote(row: Row) -> bool:
    """Return whether the volume is one of the quote currency."""
    return "viqc" in str(row.get("oflags"))


def _budget_left(row: Row) -> Decimal | None:
    return unspent(lenient(row, "vol", amount_in), lenient(row, "cost", amount_in))


def _status(row: Row, key: str) -> OrderStatus:
    return order_status_in(row, key, _FINAL)


def _open_quantity(row: Row, side: Side, price: Decimal | None) -> Decimal | None:
    if not _is_in_quote(row):
        return lenient(row, "vol", amount_in) if side is Side.BUY else amount_in(row, "vol")
    # What is sold is known from its price alone.
    if side is Side.BUY:
        return None
    if price is None:
        message = "a sale sized by its value has no price"
        raise MalformedAnswerError(message)
    return amount_in(row, "vol") / price


def _is_market(terms: Row) -> bool | None:
    kind = lenient(terms, "ordertype", text_in)
    return None if kind is None else kind == "market"


def _order_price(terms: Row) -> Decimal | None:
    price = optional_in(terms, "price", text_in)
    if price is None or price.endswith("%"):  # a trailing order has a distance instead
        return None
    return amount(price, "price") or None
