"""The orders and fills of one Alpaca account, as its venue reports them."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

from engine.brokers.alpaca.calls import FILLS_A_PAGE, PAGES, AlpacaCalls, endless, rfc3339
from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.orders import (
    oldest_submission,
    parse_open_orders,
    parse_order,
    parse_succession,
    replaced_by,
)
from engine.brokers.alpaca.parse import parse_fills, parse_fills_of
from engine.brokers.base import FillPage, Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.named_orders import is_another, only_of
from engine.brokers.parse import Row, as_list, as_row, text_in
from engine.model.errors import BrokerError, MisconfiguredError, RefusalReason, RefusedError
from engine.model.money import ZERO
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, Sent, VenueOrderId, distinct
from engine.model.venues import Venue

_ORDERS_A_PAGE = 500
_SLACK = timedelta(seconds=1)


class OrderQueries:
    """Reads orders and fills, and finds an order by our id."""

    def __init__(self, *, calls: AlpacaCalls, market: AlpacaMarketData) -> None:
        self._calls = calls
        self._market = market

    async def fetch_open(self, *, priority: Priority) -> OpenOrders:
        """Return every order that may still fill, and name those that cannot be read."""
        catalog = await self._market.catalog()
        orders, unreadable, over = dict[str, Order](), dict[str, None](), dict[str, None]()
        async for rows in self._pages({"status": "open"}, priority):
            with reading(Venue.ALPACA):
                page = parse_open_orders(rows, catalog)
            orders |= {order.venue_order_id: order for order in page.orders}
            unreadable |= dict.fromkeys(page.unreadable)
            over |= dict.fromkeys(page.over)
        return OpenOrders(orders=tuple(orders.values()), unreadable=tuple(unreadable), over=tuple(over))

    async def fetch(self, venue_order_id: VenueOrderId, *, priority: Priority) -> Order:
        """Return one order with its fills; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        answer = await self._calls.get(f"v2/orders/{venue_order_id}", {}, priority)
        with reading(Venue.ALPACA):
            row = as_row(answer, "order")
        return await self._with_fills(row, priority)

    async def find(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None,
        priority: Priority,
    ) -> Order | None:
        """Look an order up by our id; None when the venue has none.

        Where that fails, the list of all orders since then may show it; that it does not is no proof.
        """
        try:
            row = await self._row_of(client_order_id, priority)
        except BrokerError:
            row = await self._listed_row(client_order_id, since, priority)
            if row is None or await self._is_another(row, symbol, sent):
                raise
            return await self._with_fills(row, priority)
        if row is None or await self._is_another(row, symbol, sent):
            return None
        return await self._with_fills(row, priority)

    async def fetch_fills_of(self, order: Order, *, priority: Priority) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""
        if order.opened_at is None:
            return ()
        catalog = await self._market.catalog()
        rows = await self._calls.fill_rows(order.opened_at - _SLACK, priority)
        with reading(Venue.ALPACA):
            ids = (order.venue_order_id, *order.successors)
            fills = [fill for one in ids for fill in parse_fills_of(one, rows, catalog)]
            return distinct(only_of(order, fills))

    async def fetch_fills(self, *, cursor: str | None, priority: Priority) -> FillPage:
        """Return one page of fills, newest first."""
        params = {"page_token": cursor} if cursor else {}
        catalog, rows = await self._market.catalog(), await self._calls.fill_page(params, priority)
        with reading(Venue.ALPACA):
            following = text_in(rows[-1], "id") if len(rows) == FILLS_A_PAGE else None
            return FillPage(fills=parse_fills(rows, catalog), next_cursor=following)

    async def _row_of(self, client_order_id: ClientOrderId, priority: Priority) -> Row | None:
        try:
            answer = await self._calls.get(
                "v2/orders:by_client_order_id", {"client_order_id": client_order_id}, priority
            )
        except RefusedError as e:
            if e.reason is RefusalReason.UNKNOWN_ORDER:
                return None
            raise
        with reading(Venue.ALPACA):
            return as_row(answer, "order")

    async def _is_another(self, row: Row, symbol: str, sent: Sent | None) -> bool:
        """Return whether a row is of another order; what took an order's place since may be of another kind."""
        catalog = await self._market.catalog()
        with reading(Venue.ALPACA):
            return is_another(parse_order(row, catalog), symbol, sent.side if sent else None)

    async def _listed_row(
        self, client_order_id: ClientOrderId, since: datetime, priority: Priority
    ) -> Row | None:
        after = rfc3339(since + self._market.ahead())
        async for rows in self._pages({"status": "all", "after": after}, priority):
            for row in rows:
                if isinstance(row, Mapping) and row.get("client_order_id") == client_order_id:
                    return row
        return None

    async def _pages(self, params: Mapping[str, str], priority: Priority) -> AsyncIterator[list[object]]:
        """Walk through every page of the orders there are, newest first."""
        wanted = {**params, "limit": str(_ORDERS_A_PAGE), "direction": "desc"}
        for _ in range(PAGES):
            answer = await self._calls.get("v2/orders", wanted, priority)
            with reading(Venue.ALPACA):
                rows = as_list(answer, "orders")
            yield rows
            if len(rows) < _ORDERS_A_PAGE:
                return
            with reading(Venue.ALPACA):
                wanted = {**wanted, "until": oldest_submission(rows)}
        raise endless("orders")

    async def _with_fills(self, row: Row, priority: Priority) -> Order:
        catalog, rows = await self._market.catalog(), await self._with_successors(row, priority)
        with reading(Venue.ALPACA):
            order = parse_succession(rows, catalog)
        if order.filled_quantity == ZERO or order.opened_at is None:
            return order
        try:
            fills = await self.fetch_fills_of(order, priority=priority)
        except MisconfiguredError:
            # The order reports its totals itself; what its fills are is not known.
            return order
        with reading(Venue.ALPACA):
            return parse_succession(rows, catalog, fills=fills)

    async def _with_successors(self, row: Row, priority: Priority) -> list[Row]:
        """Return an order's row and those of the orders that replaced it, one after the other.

        An edit in the owner's app makes a new order: https://docs.alpaca.markets/reference/patchorderbyorderid-1
        """
        rows = [row]
        for _ in range(PAGES):
            with reading(Venue.ALPACA):
                following = replaced_by(rows[-1])
            if following is None:
                return rows
            answer = await self._calls.get(f"v2/orders/{following}", {}, priority)
            with reading(Venue.ALPACA):
                rows.append(as_row(answer, "order"))
        raise endless("orders in place of one")
