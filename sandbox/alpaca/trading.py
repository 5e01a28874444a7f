"""Orders placed, cancelled, listed and looked up by either id."""

from collections.abc import Callable

from aiohttp import web

from engine.brokers.paper.ledger import Order
from engine.model.orders import OrderStatus
from sandbox.alpaca.account import AlpacaAccount, client_id_of
from sandbox.alpaca.entry import OrderEntry
from sandbox.alpaca.names import find_listing
from sandbox.alpaca.orders import accepted_row, order_row, status_of
from sandbox.alpaca.query import choice, moment, whole
from sandbox.alpaca.refusals import Json, malformed, not_found, unprocessable
from sandbox.alpaca.requests import parse_new_order
from sandbox.alpaca.switches import Switches
from sandbox.market import Market

DEFAULT_ORDERS, MOST_ORDERS = 50, 500
STATES = ("open", "closed", "all")


class Trading:
    """Everything under /v2/orders."""

    def __init__(
        self, market: Market, entry: OrderEntry, switches: Switches, now: Callable[[], float]
    ) -> None:
        self._market = market
        self._entry = entry
        self._switches = switches
        self._now = now

    async def create(self, account: AlpacaAccount, request: web.Request) -> Json:
        """POST: a client_order_id is used once, for ever."""
        new = parse_new_order(await request.text(), lambda name: find_listing(self._market, name))
        return accepted_row(account, self._entry.place(account, new))

    async def list(self, account: AlpacaAccount, request: web.Request) -> list[Json]:
        """GET: open ones unless told otherwise, newest first."""
        state = choice(request, "status", STATES)
        after, until = moment(request, "after", float("-inf")), moment(request, "until", float("inf"))
        wanted = self._symbols(request)
        orders = [
            order
            for order in account.orders()
            if after < order.opened_at < until
            and (state == "all" or (order.status is OrderStatus.OPEN) == (state == "open"))
            and (wanted is None or order.draft.listing.symbol in wanted)
        ]
        if choice(request, "direction", ("desc", "asc")) == "desc":
            orders.reverse()
        most = min(whole(request, "limit", DEFAULT_ORDERS), MOST_ORDERS)
        return [order_row(account, order) for order in orders[:most]]

    async def one(self, account: AlpacaAccount, request: web.Request) -> Json:
        """GET by the venue's id."""
        return order_row(account, _known(account, request))

    async def by_client_id(self, account: AlpacaAccount, request: web.Request) -> Json:
        """GET by the client's id."""
        client_id = request.query.get("client_order_id", "")
        if not client_id:
            raise malformed("client_order_id is required")
        order = next((each for each in account.orders() if client_id_of(each) == client_id), None)
        if order is None:
            raise not_found(f"order not found for {client_id}")
        return order_row(account, order)

    async def cancel(self, account: AlpacaAccount, request: web.Request) -> None:
        """DELETE: the order ends now or soon, and may fill until then; what it held is free only later."""
        order = _known(account, request)
        if order.status is OrderStatus.FILLED and self._switches.confirms_late_cancels:
            return
        if order.status is not OrderStatus.OPEN or order.id in account.cancelling:
            raise unprocessable(f'order is already in "{status_of(account, order)}" state')
        account.cancelling[order.id] = self._now() + self._switches.cancel_delay_s
        self.cancel_due(account)

    def cancel_due(self, account: AlpacaAccount) -> None:
        """End the orders whose accepted cancel counts by now, unless they filled meanwhile."""
        for order_id, due in list(account.cancelling.items()):
            own_id = account.successors.get(order_id, order_id)
            is_open = account.ledger.orders[own_id].status is OrderStatus.OPEN
            if is_open and due <= self._now():
                account.ledger.cancel(own_id, at=self._now(), reason="canceled", keep_hold=True)
                account.releases[own_id] = self._now() + self._switches.release_delay_s
            if not is_open or due <= self._now():
                del account.cancelling[order_id]

    def release_due(self, account: AlpacaAccount) -> None:
        """Free what cancelled orders held, once it is time."""
        for own_id, due in list(account.releases.items()):
            if due <= self._now():
                account.ledger.release(own_id, at=self._now())
                del account.releases[own_id]

    def _symbols(self, request: web.Request) -> set[str] | None:
        names = [name for name in request.query.get("symbols", "").split(",") if name]
        listings = [find_listing(self._market, name) for name in names]
        return {each.symbol for each in listings if each} if names else None


def _known(account: AlpacaAccount, request: web.Request) -> Order:
    order_id = request.match_info["order_id"]
    order = account.order(order_id)
    if order is None:
        raise not_found(f"order not found for {order_id}")
    return order
