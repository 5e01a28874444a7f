"""Orders and trades as the executions channel writes them, all in numbers; pure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Fill, Ledger, Order
from engine.brokers.paper.ledger.change import Change
from engine.model.money import ZERO
from engine.model.orders import OrderStatus
from sandbox.formats import iso_time
from sandbox.kraken.account import KrakenAccount
from sandbox.kraken.names import TOKENIZED
from sandbox.kraken.render import order_type

Row = Mapping[str, object]
_ENDS = {OrderStatus.FILLED: "filled", OrderStatus.CANCELED: "canceled"}


def snapshot_row(account: KrakenAccount, order: Order) -> Row:
    """An order with all its fields, as only its first message shows it."""
    draft = order.draft
    fields = {
        "order_userref": account.userrefs.get(order.id, 0),
        "cl_ord_id": draft.client_id,
        "limit_price": draft.limit,
    }
    return {
        "order_id": order.id,
        "exec_type": "pending_new",
        "order_status": "partially_filled" if order.filled else "pending_new",
        **{name: value for name, value in fields.items() if value is not None},
        "symbol": symbol_of(draft.listing),
        "side": str(draft.side),
        "order_type": order_type(draft),
        "order_qty": order.quantity,
        **_totals(order.filled, order.cost),
        "time_in_force": "GTC",
        "reduce_only": draft.reduce_only,
        "timestamp": iso_time(order.opened_at),
    }


def accepted_row(order: Order) -> Row:
    """An order that has reached the book: what changed, and its id."""
    at = iso_time(order.opened_at)
    return {"order_id": order.id, "exec_type": "new", "order_status": "new", "timestamp": at}


def change_rows(ledger: Ledger, change: Change, order: Order) -> Iterator[Row]:
    """The trades of an order and its end: what changed, and its id."""
    fills = [fill for fill in change.fills if fill.order_id == order.id]
    filled = order.filled - sum((fill.quantity for fill in fills), ZERO)
    cost = order.cost - sum((fill.cost for fill in fills), ZERO)
    for fill in fills:
        filled, cost = filled + fill.quantity, cost + fill.cost
        yield trade_row(ledger, fill, filled=filled, cost=cost)
    if order.status in _ENDS:
        end = _ENDS[order.status]
        reason = {"reason": order.reason} if order.reason else {}
        at = iso_time(order.closed_at or order.opened_at)
        totals = _totals(order.filled, order.cost)
        yield {
            "order_id": order.id,
            "exec_type": end,
            "order_status": end,
            **totals,
            **reason,
            "timestamp": at,
        }


def trade_row(ledger: Ledger, fill: Fill, *, filled: Decimal, cost: Decimal) -> Row:
    """A trade; the one that completes its order may still call it partially filled."""
    return {
        "order_id": fill.order_id,
        "exec_type": "trade",
        "order_status": "partially_filled",
        "exec_id": fill.id,
        "trade_id": ledger.fills.index(fill) + 1,
        "last_qty": fill.quantity,
        "last_price": fill.price,
        "cost": fill.cost,
        "fees": [{"asset": fill.fee_asset, "qty": fill.fee}],
        "liquidity_ind": "m" if fill.maker else "t",
        **_totals(filled, cost),
        "timestamp": iso_time(fill.at),
    }


def symbol_of(listing: Listing) -> str:
    """The pair by today's codes."""
    return f"{listing.base.removesuffix(TOKENIZED)}/{listing.quote}"


def _totals(filled: Decimal, cost: Decimal) -> Row:
    return {"cum_qty": filled, "cum_cost": cost, "avg_price": cost / filled if filled else 0}
