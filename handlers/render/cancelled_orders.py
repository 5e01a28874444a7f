"""The open orders that had to go for a sale."""

from collections.abc import Iterator, Sequence

from engine.model.instruments import quote_of
from engine.model.orders import CancelledOrder
from handlers.render.html import escape
from handlers.render.numbers import (
    full_quantity,
    price,
)

#: A message names no more cancelled orders than this, and counts the others.
_CANCELLED_SHOWN = 10


def cancelled_lines(orders: Sequence[CancelledOrder], symbol: str) -> Iterator[str]:
    """Name the orders that had to go for a sale, those to look at first, and count the others."""
    by_need = sorted(orders, key=lambda order: order.confirmed)
    shown = by_need if len(by_need) <= _CANCELLED_SHOWN else by_need[: _CANCELLED_SHOWN - 1]
    yield from (cancelled_line(order, symbol) for order in shown)
    others = by_need[len(shown) :]
    if others:
        unconfirmed = sum(not order.confirmed for order in others)
        to_look = f", {unconfirmed} of them not confirmed by the venue; look there" if unconfirmed else ""
        yield f"• and {len(others)} more, {len(orders)} orders in all{to_look}"


def cancelled_line(order: CancelledOrder, symbol: str) -> str:
    """Write one order that had to go for a sale of a symbol, or would have to."""
    own = quote_of(order.symbol or symbol)
    pair = "" if order.symbol in {"", symbol} else f" {escape(order.symbol)}"
    at = "at market" if order.price is None else f"at {escape(price(order.price, own))}"
    quantity_check = "" if order.confirmed else ", not confirmed by the venue; look there"
    # A purchase sized by its cost has no quantity of its own.
    quantity = f" {full_quantity(order.quantity)}" if order.quantity else ""
    return f"• {order.side}{quantity}{pair} {at}{quantity_check}"
