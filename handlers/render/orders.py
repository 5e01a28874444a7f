"""The text of /orders."""

from collections.abc import Iterator, Sequence

from engine.model.instruments import quote_of
from engine.model.orders import Order, ProductFamily
from engine.model.venues import Venue
from engine.portfolio.open_orders import AccountOrders, OpenOrder, OrderOwner, OrdersOverview
from handlers.render.html import MESSAGE_UNITS, bold, code, escape, foreign, units
from handlers.render.numbers import full_quantity, price
from handlers.render.screen import Screen, refresh_row
from handlers.render.times import Reader

#: No more are shown of one broker; the others are counted.
_MOST_SHOWN = 40
_OWNERS = {
    OrderOwner.EXTERNAL: "yours",
    OrderOwner.EXIT: "NIJA's own, of a sale under way",
    OrderOwner.ENTRY: "NIJA's own, of a buy under way",
    OrderOwner.ENDED: "NIJA's own, of something that is over",
}


def render_orders(orders: OrdersOverview, reader: Reader, *, venue: Venue | None = None) -> Screen:
    """Show every open order, those that cannot be read, and the brokers that did not list theirs; of many fewer figures."""
    text = _text(orders, reader, is_short=False)
    if units(text) > MESSAGE_UNITS:
        text = _text(orders, reader, is_short=True)
    return Screen(text=text, keyboard=refresh_row("orders", *([venue] if venue else [])))


def _order_line(one: OpenOrder) -> str:
    """Name an order by side, quantity, pair and price."""
    order = one.order
    # A purchase sized by its cost has no quantity of its own.
    quantity = f" {full_quantity(order.quantity)}" if order.quantity else ""
    return f"{order.side}{quantity} {bold(order.symbol)} {_at(order)}"


def order_lines(one: OpenOrder, reader: Reader) -> Iterator[str]:
    """Show an order with its age, what it holds and whose it is."""
    order = one.order
    opened = reader.age(order.opened_at) if order.opened_at else "opened at an unknown time"
    yield f"{_order_line(one)} · {opened}"
    family = "" if order.family is ProductFamily.SPOT else f"{order.family}, "
    yield f"{family}filled {full_quantity(order.filled_quantity)}, {_holds(order)} · {_OWNERS[one.owner]}"
    yield code(order.venue_order_id)


def unread_line(account: AccountOrders, reader: Reader) -> str:
    """Say that a broker did not list its orders anew, and how old those are that are known."""
    label, at = bold(account.account.venue.label), account.as_of
    known = f"those known are as of {reader.age(at)}" if at else "they are not known"
    return f"{label} did not list its open orders ({foreign(account.error)}); {known}."


def _text(orders: OrdersOverview, reader: Reader, *, is_short: bool) -> str:
    blocks = ["\n".join(_head(orders))]
    for account in orders.accounts:
        blocks += _account(account, reader, is_short=is_short)
    if any(not one.owner.is_ours for one in orders.orders):
        blocks.append("/cancel ORDER_ID cancels one of yours, after a preview.")
    return "\n\n".join((*blocks, reader.as_of(orders.as_of)))


def _head(orders: OrdersOverview) -> Iterator[str]:
    yield bold("Open orders")
    count = len(orders.orders)
    unreadable = sum(len(account.unreadable) for account in orders.accounts)
    if not orders.accounts:
        yield "No broker is set."
    elif count or unreadable:
        more = f", and {unreadable} that cannot be read" if unreadable else ""
        yield f"{count} open{more}."
    elif orders.unread:
        yield "None is known."
    else:
        yield "None."


def _account(account: AccountOrders, reader: Reader, *, is_short: bool) -> Iterator[str]:
    label = bold(account.account.venue.label)
    if account.error:
        yield unread_line(account, reader)
    elif account.orders or account.unreadable:
        yield label
    shown = account.orders[:_MOST_SHOWN]
    if is_short and shown:
        yield "\n".join(_short(one, reader) for one in shown)
    else:
        yield from ("\n".join(order_lines(one, reader)) for one in shown)
    if others := len(account.orders) - len(shown):
        yield f"And {others} more there."
    if account.unreadable:
        yield "\n".join(_unreadable(account.unreadable))


def _short(one: OpenOrder, reader: Reader) -> str:
    order = one.order
    opened = f" · {reader.age(order.opened_at)}" if order.opened_at else ""
    whose = " · NIJA's" if one.owner.is_ours else ""
    filled = f", filled {full_quantity(order.filled_quantity)}" if order.filled_quantity else ""
    return f"{_order_line(one)}{filled}{opened}{whose} · {code(order.venue_order_id)}"


def _at(order: Order) -> str:
    if order.price is not None:
        return f"at {escape(price(order.price, quote_of(order.symbol)))}"
    return "at a price that is not listed" if order.is_market is False else "at market"


def _holds(order: Order) -> str:
    if order.held_asset is None:
        return "holds no coins"
    held = order.held_quantity
    amount = "an unknown amount of" if held is None else full_quantity(held)
    return f"holds {amount} {escape(order.held_asset)}"


def _unreadable(orders: Sequence[str]) -> Iterator[str]:
    yield "Listed there and not readable, so that what they hold is unknown:"
    yield from (foreign(order) for order in orders[:_MOST_SHOWN])
    if len(orders) > _MOST_SHOWN:
        yield f"and {len(orders) - _MOST_SHOWN} more"
