"""Market orders that are taken first and filled later, as slowly as the server's pace says."""

from collections.abc import Callable

from engine.brokers.paper.book import Book, Listing
from engine.brokers.paper.ledger import Draft, Kind, Order
from engine.model.orders import OrderStatus
from sandbox.kraken.account import KrakenAccount


def may_be_paced(draft: Draft) -> bool:
    """Only spot market orders of a quantity go slowly."""
    return draft.kind is Kind.MARKET and draft.quantity is not None and draft.leverage is None


def is_pending(account: KrakenAccount, order: Order, now: float) -> bool:
    """Whether the order has not reached the book yet."""
    pace = account.paces.get(order.id)
    return pace is not None and order.status is OrderStatus.OPEN and now - order.opened_at < pace.pending_s


def work(account: KrakenAccount, book_of: Callable[[Listing], Book], now: float) -> None:
    """Fill what is due by now of the orders that go slowly."""
    for order in account.ledger.open_orders():
        if pace := account.paces.get(order.id):
            pace.work(account.ledger, order, book_of(order.draft.listing), now=now)
