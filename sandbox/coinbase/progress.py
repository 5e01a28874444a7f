"""Orders that take their time: what of an accepted one is due, and the status it is shown with meanwhile."""

from collections.abc import Callable

from engine.brokers.paper.book import Book, Listing, floor_to
from engine.brokers.paper.ledger import Draft, Kind, Order
from engine.model.orders import OrderStatus
from sandbox.catalogue import COINBASE
from sandbox.coinbase.account import CoinbaseAccount, Due
from sandbox.coinbase.orders import FAILED, STATUS
from sandbox.coinbase.switches import Switches
from sandbox.market import Market


class Progress:
    """Fills accepted orders as their time comes; looked at with each signed request, so it needs no timer."""

    def __init__(self, market: Market, switches: Switches, now: Callable[[], float]) -> None:
        self._market = market
        self._switches = switches
        self._now = now

    def place(self, account: CoinbaseAccount, draft: Draft) -> Order:
        """Fill a new order at once, or take it in and fill it later."""
        switches, book = self._switches, self.book(draft.listing)
        is_slow = switches.pending_s > 0 or switches.parts > 1 or switches.orders_fail
        if draft.kind is not Kind.MARKET or not is_slow:
            return account.ledger.place(draft, book, at=self._now())
        order = account.ledger.accept(draft, book, at=self._now())
        account.due += self._schedule(order)
        return order

    def advance(self, account: CoinbaseAccount) -> None:
        """Cancel and fill what is due by now."""
        now = self._now()
        self._cancel_due(account)
        due = [part for part in account.due if part.at <= now]
        account.due = [part for part in account.due if part.at > now]
        for part in due:
            order = account.ledger.orders[part.order_id]
            if order.status is not OrderStatus.OPEN:
                continue
            if part.fails:
                account.failed.add(order.id)
                account.ledger.cancel(order.id, at=now, reason="")
            else:
                book = self.book(order.draft.listing)
                account.ledger.execute(order.id, book, at=part.at, most=part.quantity)

    def cancel(self, account: CoinbaseAccount, order_id: str) -> None:
        """Take a cancel, which counts now or soon."""
        account.cancelling[order_id] = self._now() + self._switches.cancel_delay_s
        self._cancel_due(account)

    def _cancel_due(self, account: CoinbaseAccount) -> None:
        for order_id, due in list(account.cancelling.items()):
            if due > self._now():
                continue
            del account.cancelling[order_id]
            if account.ledger.orders[order_id].status is OrderStatus.OPEN:
                account.ledger.cancel(order_id, at=self._now(), reason="User requested cancel")

    def status(self, account: CoinbaseAccount, order: Order) -> str:
        """The status an order is shown with."""
        if order.id in account.failed:
            return FAILED
        if order.status is not OrderStatus.OPEN:
            return STATUS[order.status]
        if order.id in account.cancelling:
            return "CANCEL_QUEUED"
        is_fresh = self._now() - order.opened_at < self._switches.pending_s
        return account.shown_as.get(order.id, "PENDING" if is_fresh else STATUS[order.status])

    def book(self, listing: Listing) -> Book:
        """What an order meets: nothing during an auction, which only collects orders."""
        if self._market.listing(COINBASE, listing.symbol).status == "auction_mode":
            return Book(bids=(), asks=(), at=self._now())
        return self._market.liquidity(COINBASE, listing.symbol)

    def _schedule(self, order: Order) -> list[Due]:
        switches = self._switches
        first, size = self._now() + switches.pending_s, order.quantity / switches.parts
        part = floor_to(size, order.draft.listing.lot)
        return [
            Due(
                order_id=order.id,
                at=first + place * switches.part_every_s,
                quantity=None if place == switches.parts - 1 else part,
                fails=switches.orders_fail,
            )
            for place in range(switches.parts)
        ]
