"""A venue's own figures of the owner's account, to compare the bot's screens with; pure."""

from collections.abc import Iterator

from engine.brokers.paper.ledger import Ledger, Order

_LAST_ORDERS = 5


def describe_account(ledger: Ledger) -> str:
    """Every balance to the last digit, and the latest orders."""
    return "\n".join((*_balances(ledger), *_orders(ledger)))


def _balances(ledger: Ledger) -> Iterator[str]:
    for asset in ledger.assets():
        held = ledger.held(asset)
        beside = f" (of which {held:f} held by open orders)" if held else ""
        yield f"{asset:<8} {ledger.total(asset):f}{beside}"


def _orders(ledger: Ledger) -> Iterator[str]:
    latest = list(ledger.orders.values())[-_LAST_ORDERS:]
    yield f"Last {len(latest)} of {len(ledger.orders)} orders:" if latest else "No orders."
    yield from (_order(order) for order in latest)


def _order(order: Order) -> str:
    draft, price = order.draft, order.average_price
    at = f"at {price:f}" if price is not None else f"at {draft.limit:f}" if draft.limit is not None else ""
    return f"{order.id}  {draft.side} {order.quantity:f} {draft.listing.symbol} {at} {order.status}".rstrip()
