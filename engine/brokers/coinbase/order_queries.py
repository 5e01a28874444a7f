"""The orders and fills of one Coinbase portfolio, as its venue reports them."""

from datetime import UTC, datetime

from engine.brokers.base import FillPage, Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.coinbase.calls import CoinbaseCalls, Params
from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.orders import OPEN_STATUSES, has_client_id, parse_open_orders, parse_order
from engine.brokers.coinbase.parse import parse_fill_cursor, parse_fills, parse_fills_of, parse_traded_orders
from engine.brokers.coinbase.unnamed_matches import UnnamedMatches
from engine.brokers.parse import Row, as_row, lenient, row_in, text_in
from engine.model.errors import MisconfiguredError, RefusedError
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, Sent, VenueOrderId, distinct
from engine.model.venues import Venue


class OrderQueries:
    """Reads orders and fills, and finds an order by our id."""

    def __init__(self, *, calls: CoinbaseCalls, market: CoinbaseMarketData) -> None:
        self._calls = calls
        self._market = market

    async def fetch_open(self, *, priority: Priority) -> OpenOrders:
        """Return every order that may still fill, whatever its status is called, and name the unreadable."""
        rows = list[Row]()
        for statuses in OPEN_STATUSES:
            rows += [row async for row in self._calls.order_rows({"order_status": list(statuses)}, priority)]
        return parse_open_orders(rows)

    async def fetch(self, venue_order_id: VenueOrderId, *, priority: Priority) -> Order:
        """Return one order with its fills; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        answer = await self._calls.get(f"orders/historical/{venue_order_id}", {}, priority)
        with reading(Venue.COINBASE):
            row = row_in(as_row(answer, "order"), "order")
            order = parse_order(row)
        if order.filled_quantity == 0:
            return order
        try:
            fills = await self.fetch_fills_of(order, priority=priority)
        except MisconfiguredError:
            # The order reports its totals itself; what its fills are is not known.
            return order
        with reading(Venue.COINBASE):
            return parse_order(row, fills=fills)

    async def find(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None,
        priority: Priority,
    ) -> Order | None:
        """Look an order up by our id: open ones, then all since then, then the orders behind new fills.

        Of every pair: an attempt through another one may have gone out under the same id. None is proof that
        there is no such order, so a row that may be ours and cannot be ruled out raises.
        """
        ahead = self._market.ahead()
        start = (since + ahead).astimezone(UTC).isoformat().replace("+00:00", "Z")
        lists: list[Params] = [{"order_status": list(statuses)} for statuses in OPEN_STATUSES]
        seen, unnamed = set[str](), UnnamedMatches(client_order_id, symbol, sent, shifted=ahead)
        for wanted in (*lists, {"start_date": start}):
            async for row in self._calls.order_rows(wanted, priority):
                order_id = await self._id_if_ours(row, unnamed, client_order_id, seen, priority)
                if order_id is not None:
                    return await self.fetch(order_id, priority=priority)
        async for answer in self._calls.fill_answers({"start_sequence_timestamp": start}, priority):
            with reading(Venue.COINBASE):
                traded, nameless = parse_traded_orders(answer)
                for row in nameless:
                    unnamed.note_trade(row)
            for order_id in sorted(traded - seen):
                if await self._is_ours(order_id, unnamed, seen, priority):
                    return await self.fetch(order_id, priority=priority)
        unnamed.raise_for_any()
        return None

    async def fetch_fills_of(self, order: Order, *, priority: Priority) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""
        instruments, fills = await self._market.catalog(), list[Fill]()
        async for answer in self._calls.fill_answers({"order_ids": order.venue_order_id}, priority):
            with reading(Venue.COINBASE):
                fills.extend(parse_fills_of(order.venue_order_id, answer, instruments))
        return distinct(fills)

    async def fetch_fills(self, *, cursor: str | None, priority: Priority) -> FillPage:
        """Return one page of fills, newest first."""
        instruments = await self._market.catalog()
        answer = await self._calls.fills_at(cursor, {}, priority)
        with reading(Venue.COINBASE):
            return FillPage(fills=parse_fills(answer, instruments), next_cursor=parse_fill_cursor(answer))

    async def _id_if_ours(
        self,
        row: Row,
        unnamed: UnnamedMatches,
        client_order_id: ClientOrderId,
        seen: set[str],
        priority: Priority,
    ) -> VenueOrderId | None:
        """Return the id of a listed order that bears our id; one without an id in the list is fetched by itself."""
        known = has_client_id(row, client_order_id)
        if known is False:
            seen.add(str(row.get("order_id")))
            return None
        order_id = lenient(row, "order_id", text_in)
        with reading(Venue.COINBASE):
            if known is None and order_id is None:
                unnamed.note_order(row)
                return None
            order_id = VenueOrderId(text_in(row, "order_id"))
        if known is None and (order_id in seen or not await self._is_ours(order_id, unnamed, seen, priority)):
            return None
        return order_id

    async def _is_ours(
        self, order_id: VenueOrderId, unnamed: UnnamedMatches, seen: set[str], priority: Priority
    ) -> bool:
        seen.add(order_id)
        try:
            answer = await self._calls.get(f"orders/historical/{order_id}", {}, priority)
        except RefusedError as e:
            unnamed.note_refused(e)
            return False
        with reading(Venue.COINBASE):
            row = row_in(as_row(answer, "order"), "order")
            return unnamed.is_ours(row)
