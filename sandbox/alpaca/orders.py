"""An order as Alpaca writes it; pure."""

from decimal import ROUND_HALF_EVEN, Decimal

from engine.brokers.paper.ledger import Kind, Order
from engine.model.orders import OrderStatus, Side
from sandbox.alpaca.account import AlpacaAccount, Note, client_id_of
from sandbox.alpaca.names import asset_id, class_of, is_crypto, symbol_of
from sandbox.alpaca.refusals import Json
from sandbox.formats import iso_time, plain

AVERAGE = Decimal("1E-9")
EXPIRED = "expired"


def status_of(account: AlpacaAccount, order: Order) -> str:
    """The venue's word for where an order stands."""
    note = note_of(account, order)
    if order.status is OrderStatus.FILLED:
        return "filled"
    if order.status is OrderStatus.CANCELED:
        ended_as = "expired" if order.reason == EXPIRED else "canceled"
        return "replaced" if order.id in account.replaced else ended_as
    if note.waiting:
        return "accepted"
    if order.id in account.cancelling:
        return "pending_cancel"
    if note.is_pending:
        return "pending_new"
    return "partially_filled" if order.filled else "new"


def note_of(account: AlpacaAccount, order: Order) -> Note:
    """What the order was sent with; an order that never came by request has the usual values."""
    usual = "gtc" if is_crypto(order.draft.listing) else "day"
    return account.notes.get(order.id, Note(time_in_force=usual, notional=order.draft.spend))


def order_row(account: AlpacaAccount, order: Order) -> Json:
    """An order in its present state."""
    note = note_of(account, order)
    draft = note.waiting or order.draft
    ended = iso_time(order.closed_at) if order.closed_at is not None else None
    status, kind = status_of(account, order), "market" if draft.kind is Kind.MARKET else "limit"
    return {
        "id": order.id,
        "client_order_id": client_id_of(order),
        "created_at": iso_time(order.opened_at),
        "updated_at": ended or iso_time(order.opened_at),
        "submitted_at": iso_time(order.opened_at),
        "filled_at": ended if status == "filled" else None,
        "expired_at": ended if status == "expired" else None,
        "canceled_at": ended if status == "canceled" else None,
        "failed_at": None,
        "replaced_at": ended if status == "replaced" else None,
        "replaced_by": account.replaced.get(order.id),
        "replaces": next((old for old, new in account.replaced.items() if new == order.id), None),
        "asset_id": asset_id(draft.listing),
        "symbol": symbol_of(draft.listing),
        "asset_class": class_of(draft.listing),
        "notional": _text(note.notional),
        "qty": None if note.notional is not None else _text(draft.quantity),
        "filled_qty": plain(order.filled),
        "filled_avg_price": None if account.hides_fill_prices else _average(order.average_price),
        "order_class": "",
        "order_type": kind,
        "type": kind,
        "side": str(draft.side),
        "position_intent": "buy_to_open" if draft.side is Side.BUY else "sell_to_close",
        "time_in_force": note.time_in_force,
        "limit_price": _text(draft.limit),
        "stop_price": None,
        "status": status,
        "extended_hours": False,
        "legs": None,
        "trail_percent": None,
        "trail_price": None,
        "hwm": None,
        "subtag": None,
        "source": None,
    }


def accepted_row(account: AlpacaAccount, order: Order) -> Json:
    """The answer to a new order: nothing is known of fills yet, even when there are some."""
    status = "accepted" if note_of(account, order).waiting else "pending_new"
    unknown = {"filled_at": None, "canceled_at": None, "filled_qty": "0", "filled_avg_price": None}
    return {**order_row(account, order), **unknown, "status": status}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _average(price: Decimal | None) -> str | None:
    return None if price is None else plain(price.quantize(AVERAGE, ROUND_HALF_EVEN))
