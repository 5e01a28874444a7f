"""The orders and fills of one Coinbase portfolio, as its venue reports them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from engine.brokers.base import FillPage, Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.coinbase.calls import CoinbaseCalls, Params
from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.orders import OPEN_STATUSES, has_client_id, parse_open_orders, parse_order
from engine.brokers.coinbase.parse import parse_fill_cursor, parse_fills, parse_fills_of, parse_traded_orders
from engine.brokers.coinbase.unnamed_matches import UnnamedMatches
from engine.brokers.named_orders import only_of
from engine.brokers.order_search import find_in_any
from engine.brokers.parse import Row, as_row, lenient, row_in, text_in
from engine.model.errors import BrokerError, RefusedError
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, Sent, VenueOrderId, distinct
from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """One look-up of an order by our id."""

    client_order_id: ClientOrderId
    unnamed: UnnamedMatches
    priority: Priority
    #: The ids of those that were looked at.
    seen: set[str] = field(default_factory=set)


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
        """Return one order, with its fills where their list is readable; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        answer = await self._calls.get(f"orders/historical/{venue_order_id}", {}, priority)
        with reading(Venue.COINBASE):
            row = row_in(as_row(answer, "order"), "order")
            order = parse_order(row)
        if order.filled_quantity == 0:
            return order
        try:
            fills = await self.fetch_fills_of(order, priority=priority)
        except BrokerError:
            # The order reports its totals itself; what its fills are is not known, whatever keeps their list away.
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
        unnamed = UnnamedMatches(client_order_id, symbol, sent, shifted=ahead)
        search = _Search(client_order_id=client_order_id, unnamed=unnamed, priority=priority)
        found = await find_in_any(
            (
                *(partial(self._find_listed, search, wanted) for wanted in (*lists, {"start_date": start})),
                partial(self._find_traded, search, start),
            )
        )
        if found is None:
            unnamed.raise_for_any()
        return found

    async def fetch_fills_of(self, order: Order, *, priority: Priority) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""
        instruments, fills = await self._market.catalog(), list[Fill]()
        async for answer in self._calls.fill_answers({"order_ids": order.venue_order_id}, priority):
            with reading(Venue.COINBASE):
                fills.extend(parse_fills_of(order.venue_order_id, answer, instruments))
        return distinct(only_of(order, fills))

    async def fetch_fills(self, *, cursor: str | None, priority: Priority) -> FillPage:
        """Return one page of fills, newest first."""
        instruments = await self._market.catalog()
        answer = await self._calls.fills_at(cursor, {}, priority)
        with reading(Venue.COINBASE):
            return FillPage(fills=parse_fills(answer, instruments), next_cursor=parse_fill_cursor(answer))

    async def _find_listed(self, search: _Search, wanted: Params) -> Order | None:
        async for row in self._calls.order_rows(wanted, search.priority):
            order_id = await self._id_if_ours(row, search)
            order = None if order_id is None else await self.fetch(order_id, priority=search.priority)
            if order is not None and not search.unnamed.is_another(order):
                return order
        return None

    async def _find_traded(self, search: _Search, start: str) -> Order | None:
        async for answer in self._calls.fill_answers({"start_sequence_timestamp": start}, search.priority):
            with reading(Venue.COINBASE):
                traded, unnamed = parse_traded_orders(answer)
                for row in unnamed:
                    search.unnamed.note_trade(row)
            for order_id in sorted(traded - search.seen):
                if await self._is_ours(order_id, search):
                    return await self.fetch(order_id, priority=search.priority)
        return None

    async def _id_if_ours(self, row: Row, search: _Search) -> VenueOrderId | None:
        """Return the id of a listed order that bears our id; one without an id in the list is fetched by itself."""
        known = has_client_id(row, search.client_order_id)
        if known and search.unnamed.shows_another(row):
            # Which of them is wrong, the id or what it stands beside, the order itself shows.
            known = None
        if known is False:
            search.seen.add(str(row.get("order_id")))
            return None
        order_id = lenient(row, "order_id", text_in)
        with reading(Venue.COINBASE):
            if known is None and order_id is None:
                search.unnamed.note_order(row)
                return None
            order_id = VenueOrderId(text_in(row, "order_id"))
        if known is None and (order_id in search.seen or not await self._is_ours(order_id, search)):
            return None
        return order_id

    async def _is_ours(self, order_id: VenueOrderId, search: _Search) -> bool:
        try:
            answer = await self._calls.get(f"orders/historical/{order_id}", {}, search.priority)
        except RefusedError as e:
            search.unnamed.note_refused(e)
            search.seen.add(order_id)
            return False
        # What could not be read is looked at again where another list shows it.
        search.seen.add(order_id)
        with reading(Venue.COINBASE):
            row = row_in(as_row(answer, "order"), "order")
            return search.unnamed.is_ours(row)
