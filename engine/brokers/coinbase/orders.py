"""Read Coinbase's orders into our values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from engine.brokers.coinbase.products import family_of, symbol_of
from engine.brokers.glimpse import Glimpse
from engine.brokers.open_orders import named, open_order, read_open_orders, unspent
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_row,
    flag_in,
    iso_time_in,
    lenient,
    one_of,
    optional_in,
    order_status_in,
    positive_in,
    text_in,
)
from engine.model.instruments import quote_of
from engine.model.money import ZERO
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, OrderStatus, Side, VenueOrderId

_SIZES = ("base_size", "quote_size")
SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
#: The lists take OPEN by itself only, so all other statuses that are not final are requested together; before it,
#: because an order goes from PENDING to OPEN and must not slip through between the two questions.
OPEN_STATUSES = (("PENDING", "QUEUED", "CANCEL_QUEUED", "EDIT_QUEUED", "UNKNOWN_ORDER_STATUS"), ("OPEN",))
_FINAL = {
    "FILLED": OrderStatus.FILLED,
    "CANCELLED": OrderStatus.CANCELED,
    "EXPIRED": OrderStatus.CANCELED,
    "FAILED": OrderStatus.CANCELED,
}


def parse_order(row: Row, *, fills: tuple[Fill, ...] = ()) -> Order:
    symbol, side = symbol_of(row), one_of(row, "side", SIDES)
    filled = amount_in(row, "filled_size")
    terms = _terms(row)
    client_order_id = optional_in(row, "client_order_id", text_in)
    return Order(
        venue_order_id=VenueOrderId(text_in(row, "order_id")),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=symbol,
        side=side,
        family=family_of(row),
        status=_status(row, "status"),
        quantity=optional_in(terms, "base_size", amount_in) or _quantity_without_size(row, side, filled),
        filled_quantity=filled,
        # Its trades show both, too.
        cost=lenient(row, "filled_value", amount_in),
        fee=lenient(row, "total_fees", amount_in),
        fee_asset=quote_of(symbol) or None,
        price=optional_in(terms, "limit_price", amount_in) or optional_in(terms, "stop_price", amount_in),
        is_market=_is_market(row),
        opened_at=lenient(row, "created_time", iso_time_in),
        fills=fills,
    )


def _open_quantity(row: Row, terms: Row, side: Side, filled: Decimal) -> Decimal | None:
    known = lenient(terms, "base_size", amount_in)
    if known is not None or side is Side.BUY:
        return known
    held = lenient(row, "outstanding_hold_amount", amount_in)
    return amount_in(terms, "base_size") if held is None else filled + held


def _quantity_without_size(row: Row, side: Side, filled: Decimal) -> Decimal:
    """Return the quantity of an order sized by its cost: what was filled, and what a sale still holds."""
    held = optional_in(row, "outstanding_hold_amount", amount_in) if side is Side.SELL else None
    return filled + (held or ZERO)


def parse_open_orders(rows: Iterable[Row]) -> OpenOrders:
    """Read open orders; one that cannot be read is named by its id and pair."""
    return read_open_orders(rows, _open_order, lambda row: named(row, "order_id", "product_id"))


def _open_order(row: Row) -> Order:
    side, terms = one_of(row, "side", SIDES), _terms(row)
    filled = lenient(row, "filled_size", amount_in) or ZERO
    return open_order(
        row,
        order_id=text_in(row, "order_id"),
        client_id_key="client_order_id",
        symbol=symbol_of(row),
        side=side,
        family=family_of(row),
        status=lenient(row, "status", _status) or OrderStatus.OPEN,
        filled=filled,
        quantity=lambda: _open_quantity(row, terms, side, filled),
        price=lenient(terms, "limit_price", positive_in) or lenient(terms, "stop_price", positive_in),
        opened_at=lenient(row, "created_time", iso_time_in),
        stated=_stated_hold(row, terms),
    )


def _stated_hold(row: Row, terms: Row) -> Decimal | None:
    """Return how much of the quote currency a purchase is stated to keep; None is unknown."""
    spent = lenient(row, "filled_value", amount_in)
    # An order that is not in the book yet may state no hold.
    return lenient(row, "outstanding_hold_amount", positive_in) or unspent(
        lenient(terms, "quote_size", amount_in), spent
    )


def _status(row: Row, key: str) -> OrderStatus:
    return order_status_in(row, key, _FINAL)


def _terms(row: Row) -> Row:
    """Return the terms under the order kind's key of order_configuration, which may have other kinds' keys too."""
    configuration = row.get("order_configuration")
    given = [kind for kind in configuration.values() if kind] if isinstance(configuration, Mapping) else []
    kinds = [kind for kind in given if isinstance(kind, Mapping)]
    sized = (kind for kind in kinds if any(kind.get(size) for size in _SIZES))
    return next(sized, as_row((kinds or given)[0], "order_configuration") if given else {})


def _is_market(row: Row) -> bool | None:
    """Return whether an order has no limit and no stop, by its kind's name or else by the key of its terms."""
    kind = lenient(row, "order_type", text_in)
    if kind is not None and kind != "UNKNOWN_ORDER_TYPE":
        return kind == "MARKET"
    configuration = row.get("order_configuration")
    kinds = list(configuration) if isinstance(configuration, Mapping) else []
    return str(kinds[0]).startswith("market_") if len(kinds) == 1 else None


def glimpse_order(row: Row) -> Glimpse:
    """Return what can be read of an order's row."""
    try:
        size = lenient(_terms(row), "base_size", amount_in)
    except MalformedAnswerError:
        size = None
    return replace(_glimpse(row, size, "created_time", is_part=False), is_market=_is_market(row))


def glimpse_fill(row: Row) -> Glimpse:
    """Return what can be read of a trade's row."""
    in_quote = lenient(row, "size_in_quote", flag_in)
    size = None if in_quote else lenient(row, "size", amount_in)
    return _glimpse(row, size, "trade_time", is_part=True)


def _glimpse(row: Row, quantity: Decimal | None, time_key: str, *, is_part: bool) -> Glimpse:
    product = lenient(row, "product_id", text_in)
    return Glimpse(
        base=product.partition("-")[0] if product else None,
        side=SIDES.get(str(row.get("side"))),
        quantity=quantity,
        opened_at=lenient(row, time_key, iso_time_in),
        family=family_of(row) if product else None,
        is_part=is_part,
    )


def has_client_id(row: Row, client_order_id: ClientOrderId) -> bool | None:
    """Return whether a listed order bears an id of ours; None where its row does not report it."""
    given = row.get("client_order_id")
    return given == client_order_id if given and isinstance(given, str) else None
