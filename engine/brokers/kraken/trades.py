"""Read Kraken's TradesHistory: a page of it, the orders behind it, and the trades of one order."""

from collections.abc import Mapping

from engine import wall_time
from engine.brokers.kraken.names import Catalog
from engine.brokers.parse import (
    Row,
    amount_in,
    as_row,
    one_of,
    optional_in,
    positive_in,
    readable_table,
    row_in,
    text_in,
    unix_time_in,
)
from engine.model.money import ZERO
from engine.model.orders import Fill, Side, VenueOrderId

_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


def trade_rows(result: object) -> dict[str, Row]:
    """Return the rows of TradesHistory by their ids."""
    rows = row_in(as_row(result, "TradesHistory"), "trades")
    return {trade_id: row if isinstance(row, Mapping) else {} for trade_id, row in rows.items()}


def count_trades(result: object) -> int:
    """Return how many trades there are on all pages."""
    return int(amount_in(as_row(result, "TradesHistory"), "count"))


def parse_trades(result: object, catalog: Catalog) -> tuple[Fill, ...]:
    """Read one page, newest first; an odd trade hides no other."""
    rows = trade_rows(result)
    fills = readable_table(rows, lambda trade_id, row: _fill(trade_id, row, catalog), "TradesHistory")
    return wall_time.newest_first(fills.values(), at=lambda fill: fill.at)


def parse_traded_orders(rows: Mapping[str, Row], catalog: Catalog) -> list[tuple[VenueOrderId, str]]:
    """Read which orders trades belong to, and their pairs; none may be missed."""
    return [(_order_id(row), catalog.pair(text_in(row, "pair")).symbol) for row in rows.values()]


def parse_trades_of(order_id: VenueOrderId, rows: Mapping[str, Row], catalog: Catalog) -> tuple[Fill, ...]:
    """Read the trades of one order, of which none may be missed."""
    own = {trade_id: row for trade_id, row in rows.items() if _order_id(row) == order_id}
    return tuple(_fill(trade_id, row, catalog) for trade_id, row in own.items())


def _order_id(row: Row) -> VenueOrderId:
    return VenueOrderId(text_in(row, "ordertxid"))


def _fill(trade_id: str, row: Row, catalog: Catalog) -> Fill:
    pair = catalog.pair(text_in(row, "pair"))
    margin = optional_in(row, "margin", amount_in) or ZERO
    closing = "closing" in (optional_in(row, "misc", text_in) or "")
    return Fill(
        trade_id=trade_id,
        venue_order_id=_order_id(row),
        symbol=pair.symbol,
        base=pair.base,
        quote=pair.quote,
        side=one_of(row, "type", _SIDES),
        price=positive_in(row, "price"),
        quantity=positive_in(row, "vol"),
        fee=optional_in(row, "fee", amount_in),
        fee_asset=pair.quote,
        at=unix_time_in(row, "time"),
        margin=margin > 0 or closing,
    )
