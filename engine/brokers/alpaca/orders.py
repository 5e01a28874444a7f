"""Read Alpaca's orders into our values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.brokers.alpaca.names import Asset, Catalog, position_asset
from engine.brokers.alpaca.options import is_contract, option_collateral
from engine.brokers.open_orders import named, open_order, read_open_orders, unspent
from engine.brokers.parse import (
    Row,
    amount_in,
    as_row,
    iso_time_in,
    lenient,
    one_of,
    optional_in,
    order_status_in,
    positive_in,
    text_in,
)
from engine.model.instruments import AssetClass
from engine.model.money import ZERO, exact
from engine.model.orders import (
    ClientOrderId,
    Fill,
    OpenOrders,
    Order,
    OrderStatus,
    ProductFamily,
    Side,
    VenueOrderId,
    quantity_of,
    value_of,
)

SIDES = {"buy": Side.BUY, "sell": Side.SELL, "sell_short": Side.SELL}
#: All others may still fill: new, accepted, pending_new, held, partially_filled, pending_cancel, done_for_day …
_FINAL = {
    **dict.fromkeys(("canceled", "expired", "rejected", "replaced"), OrderStatus.CANCELED),
    "filled": OrderStatus.FILLED,
}
#: https://docs.alpaca.markets/docs/options-orders: an option's order looks like a share's.
_FAMILIES = {
    "crypto": ProductFamily.SPOT,
    "us_equity": ProductFamily.SPOT,
    "us_option": ProductFamily.OPTION,
    "crypto_perp": ProductFamily.PERPETUAL,
}


def _order_asset(row: Row, catalog: Catalog) -> Asset:
    known = position_asset(row, catalog) if lenient(row, "asset_class", text_in) else None
    return known or catalog.asset(text_in(row, "symbol"))


def parse_open_orders(items: Iterable[object], catalog: Catalog) -> OpenOrders:
    """Read a page of open orders; one that cannot be read is named by its id and symbol."""
    return read_open_orders(
        items,
        lambda item: _open_order(as_row(item, "order"), catalog),
        lambda item: named(item, "id", "symbol"),
    )


def _open_order(row: Row, catalog: Catalog) -> Order:
    order = _read_open(row, catalog)
    is_option = order.family is ProductFamily.OPTION and not order.status.is_final
    return replace(order, collateral=option_collateral(row, order, catalog)) if is_option else order


def _read_open(row: Row, catalog: Catalog) -> Order:
    side = one_of(row, "side", SIDES)
    filled = lenient(row, "filled_qty", amount_in) or ZERO
    price = lenient(row, "limit_price", positive_in) or lenient(row, "stop_price", positive_in)
    return open_order(
        row,
        order_id=text_in(row, "id"),
        client_id_key="client_order_id",
        symbol=_order_asset(row, catalog).symbol,
        side=side,
        family=_family(row),
        status=lenient(row, "status", _status) or OrderStatus.OPEN,
        filled=filled,
        quantity=lambda: _open_quantity(row, side, price),
        price=price,
        opened_at=lenient(row, "created_at", iso_time_in),
        stated=_budget_left(row, filled),
    )


def _status(row: Row, key: str) -> OrderStatus:
    return order_status_in(row, key, _FINAL)


def _open_quantity(row: Row, side: Side, price: Decimal | None) -> Decimal | None:
    quantity = lenient(row, "qty", amount_in)
    if quantity is not None:
        return quantity
    notional = lenient(row, "notional", amount_in)
    if notional and price:
        return notional / price
    # What a sale sized by its value holds can only be derived from its price.
    return None if side is Side.BUY else amount_in(row, "qty")


def _budget_left(row: Row, filled: Decimal) -> Decimal | None:
    """Return how much of the quote currency a purchase sized by its cost still keeps; None is unknown."""
    average = lenient(row, "filled_avg_price", amount_in)
    with exact():
        return unspent(lenient(row, "notional", amount_in), None if average is None else average * filled)


def oldest_submission(items: Iterable[object]) -> str:
    """Return where to go on reading further back: the time of the last order on a page that has one."""
    rows = [item for item in items if isinstance(item, Mapping)]
    times = [text for row in rows if (text := lenient(row, "submitted_at", text_in))]
    return times[-1] if times else text_in(rows[-1] if rows else {}, "submitted_at")


def parse_order(row: Row, catalog: Catalog, *, fills: tuple[Fill, ...] = ()) -> Order:
    """Read one order; its exact cost is known when its fills are."""
    asset = _order_asset(row, catalog)
    filled = amount_in(row, "filled_qty")
    client_order_id = lenient(row, "client_order_id", text_in)
    unpaid = filled == ZERO or asset.asset_class is AssetClass.STOCK
    return Order(
        venue_order_id=VenueOrderId(text_in(row, "id")),
        client_order_id=ClientOrderId(client_order_id) if client_order_id else None,
        symbol=asset.symbol,
        side=one_of(row, "side", SIDES),
        family=_family(row),
        status=_status(row, "status"),
        # an order sized by its cost has no quantity but what was filled
        quantity=optional_in(row, "qty", amount_in) or filled,
        filled_quantity=filled,
        cost=_cost(row, filled, fills),
        fee=ZERO if unpaid else None,
        fee_asset=asset.quote if unpaid else None,
        price=optional_in(row, "limit_price", amount_in) or optional_in(row, "stop_price", amount_in),
        is_market=_is_market(row),
        opened_at=lenient(row, "created_at", iso_time_in),
        fills=fills,
    )


def replaced_by(row: Row) -> VenueOrderId | None:
    """Return which order took the place of one; None when none did."""
    if text_in(row, "status") != "replaced":
        return None
    following = lenient(row, "replaced_by", text_in)
    return VenueOrderId(following) if following else None


def parse_succession(rows: Sequence[Row], catalog: Catalog, *, fills: tuple[Fill, ...] = ()) -> Order:
    """Read an order and those that took its place, one after the other, as one order under the first one's ids.

    Whether a successor counts what filled before it is not documented, so the trades of all of them are summed.
    """
    first, *later = (parse_order(row, catalog) for row in rows)
    last = parse_order(rows[-1], catalog, fills=fills)
    if not later:
        return last
    orders = (first, *later)
    traded = quantity_of(fills)
    filled = max(traded, *(order.filled_quantity for order in orders))
    paying = next((order for order in reversed(orders) if order.filled_quantity), last)
    return replace(
        last,
        venue_order_id=first.venue_order_id,
        client_order_id=first.client_order_id,
        opened_at=first.opened_at,
        successors=tuple(order.venue_order_id for order in later),
        filled_quantity=filled,
        cost=value_of(fills) if filled == traded else last.cost if filled == last.filled_quantity else None,
        fee=paying.fee,
        fee_asset=paying.fee_asset,
    )


def _family(row: Row) -> ProductFamily:
    """Return by the asset class what an order trades; a sale, whatever its intent, takes from the shares that are there."""
    asset_class = lenient(row, "asset_class", text_in)
    if asset_class is None and is_contract(text_in(row, "symbol")):
        return ProductFamily.OPTION
    return _FAMILIES.get((asset_class or "us_equity").casefold(), ProductFamily.OTHER)


def _is_market(row: Row) -> bool | None:
    kind = lenient(row, "type", text_in) or lenient(row, "order_type", text_in)
    return None if kind is None else kind == "market"


def _cost(row: Row, filled: Decimal, fills: tuple[Fill, ...]) -> Decimal | None:
    if filled == quantity_of(fills):
        return value_of(fills)
    average = optional_in(row, "filled_avg_price", amount_in)
    with exact():
        return None if average is None else average * filled
