"""The orders and trades of one Kraken account, as its venue reports them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from engine.brokers.base import FillPage, Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.kraken.calls import KrakenCalls
from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.kraken.orders import parse_open_orders, parse_order, require_all
from engine.brokers.kraken.trades import parse_traded_orders, parse_trades, parse_trades_of
from engine.brokers.kraken.trades_pages import trades_page, trades_since
from engine.brokers.named_orders import is_another, only_of
from engine.brokers.order_search import find_in_any
from engine.brokers.parse import Row, as_row, optional_in, table_in, text_in
from engine.brokers.unnamed import Likeness, likeness
from engine.model.errors import (
    MisconfiguredError,
    RefusalReason,
    RefusedError,
    UncertainOrderError,
)
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, Sent, VenueOrderId
from engine.model.venues import Venue

_BEFORE_IT_OPENED = timedelta(seconds=1)
_ORDERS_A_CALL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """One look-up of an order by our id."""

    client_order_id: ClientOrderId
    symbol: str
    sent: Sent | None
    priority: Priority
    #: The ids of those that were seen and may be it.
    uncertain: set[str] = field(default_factory=set)


class OrderQueries:
    """Reads orders and trades, and finds one by our id."""

    def __init__(self, *, calls: KrakenCalls, market: KrakenMarketData) -> None:
        self._calls = calls
        self._market = market
        #: Orders behind trades that were looked at for one of ours and are none; querying them again would cost points.
        self._not_ours = dict[ClientOrderId, set[VenueOrderId]]()

    async def fetch_open(self, *, priority: Priority) -> OpenOrders:
        """Return every order that may still fill, and name those that cannot be read."""
        catalog = await self._market.catalog()
        result = await self._calls.read("OpenOrders", priority=priority)
        with reading(Venue.KRAKEN):
            return parse_open_orders(result, catalog)

    async def fetch(self, venue_order_id: VenueOrderId, *, priority: Priority) -> Order:
        """Return one order with its totals; raises RefusedError(UNKNOWN_ORDER) when there is none."""
        rows = await self._query_orders([venue_order_id], priority)
        if venue_order_id not in rows:
            raise RefusedError(Venue.KRAKEN, f"no order {venue_order_id}", RefusalReason.UNKNOWN_ORDER)
        return await self._parsed(venue_order_id, rows[venue_order_id])

    async def find(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None,
        priority: Priority,
    ) -> Order | None:
        """Look an order up by our id: open ones, then closed ones, then the orders behind new trades.

        Queried in this sequence, an order cannot slip through by closing between two calls. None is proof that there
        is no such order, so a row that may be ours and cannot be ruled out raises.
        """
        await self._market.venue_clock.read_first()
        start = _unix(self._market.venue_clock.shift(since))
        search = _Search(client_order_id=client_order_id, symbol=symbol, sent=sent, priority=priority)
        found = await find_in_any(
            (
                partial(self._find_listed, search, "OpenOrders", "open", {}),
                partial(self._find_listed, search, "ClosedOrders", "closed", {"start": start}),
                partial(self._find_traded, search, start),
            )
        )
        if found is None and search.uncertain:
            raise UncertainOrderError(Venue.KRAKEN, search.uncertain)
        return found

    async def fetch_fills_of(self, order: Order, *, priority: Priority) -> tuple[Fill, ...]:
        """Return the trades of one order from the account's history, whatever the order's own totals are."""
        if order.opened_at is None:
            return ()
        # The venue's own time, so that nothing is shifted; `start` is exclusive.
        rows = await trades_since(self._calls.trades, _unix(order.opened_at - _BEFORE_IT_OPENED), priority)
        catalog = await self._market.catalog()
        with reading(Venue.KRAKEN):
            return only_of(order, parse_trades_of(order.venue_order_id, rows, catalog))

    async def fetch_fills(self, *, cursor: str | None, priority: Priority) -> FillPage:
        """Return one page of fills, newest first."""
        catalog = await self._market.catalog()
        result, next_cursor = await trades_page(self._calls.trades, {"ofs": cursor or "0"}, priority)
        with reading(Venue.KRAKEN):
            return FillPage(fills=parse_trades(result, catalog), next_cursor=next_cursor)

    async def _find_listed(
        self, search: _Search, path: str, table: str, extra: Mapping[str, str]
    ) -> Order | None:
        params = {"cl_ord_id": search.client_order_id, **extra}
        result = await self._calls.read(path, params, priority=search.priority)
        with reading(Venue.KRAKEN):
            rows = table_in(as_row(result, path), table)
        return await self._pick(rows, search, is_answer_to_id=len(rows) == 1)

    async def _find_traded(self, search: _Search, start: str) -> Order | None:
        rows = await trades_since(self._calls.trades, start, search.priority)
        catalog = await self._market.catalog()
        with reading(Venue.KRAKEN):
            traded = parse_traded_orders(rows, catalog)
        known = self._not_ours.setdefault(search.client_order_id, set())
        order_ids = sorted({order_id for order_id, pair in traded if pair == search.symbol} - known)
        orders, refusal = await self._query_each(order_ids, search.priority)
        found = await self._pick(orders, search)
        if found is not None:
            return found
        if refusal is not None:
            raise refusal
        with reading(Venue.KRAKEN):
            require_all(order_ids, orders)
        known.update(order_id for order_id in order_ids if order_id not in search.uncertain)
        return None

    async def _pick(
        self, rows: Mapping[str, Row], search: _Search, *, is_answer_to_id: bool = False
    ) -> Order | None:
        """Return the order of ours among some; the ids of those that may be it are added to `uncertain`."""
        offset, sent = self._market.venue_clock.offset, search.sent
        for order_id, row in rows.items():
            with reading(Venue.KRAKEN):
                named = optional_in(row, "cl_ord_id", text_in)
            if named == search.client_order_id:
                order = await self._parsed(order_id, row)
                if is_another(order, search.symbol, sent.side if sent else None):
                    continue
                return order
            # We send no userref, which another program may.
            if named is None and sent is not None and not row.get("userref"):
                try:
                    order = await self._parsed(order_id, row)
                except MisconfiguredError:
                    search.uncertain.add(order_id)
                    continue
                like = likeness(order, search.symbol, sent, shifted=offset, is_answer_to_id=is_answer_to_id)
                if like is Likeness.OURS:
                    return order
                if like is Likeness.UNCERTAIN:
                    search.uncertain.add(order_id)
        return None

    async def _query_orders(self, order_ids: list[VenueOrderId], priority: Priority) -> dict[str, Row]:
        rows: dict[str, Row] = {}
        for first in range(0, len(order_ids), _ORDERS_A_CALL):
            wanted = ",".join(order_ids[first : first + _ORDERS_A_CALL])
            result = await self._calls.read(
                "QueryOrders", {"txid": wanted, "trades": "true"}, priority=priority
            )
            with reading(Venue.KRAKEN):
                rows |= table_in({"QueryOrders": result}, "QueryOrders")
        return rows

    async def _query_each(
        self, order_ids: list[VenueOrderId], priority: Priority
    ) -> tuple[dict[str, Row], RefusedError | None]:
        """Query orders of which Kraken may not know every one, and return its refusal where it does not.

        One id that it does not know makes it refuse all that were requested with it.
        """
        try:
            return await self._query_orders(order_ids, priority), None
        except RefusedError as e:
            if e.reason is not RefusalReason.UNKNOWN_ORDER:
                raise
            refusal = e
        rows: dict[str, Row] = {}
        for order_id in order_ids if len(order_ids) > 1 else ():
            found, _ = await self._query_each([order_id], priority)
            rows |= found
        return rows, refusal

    async def _parsed(self, order_id: str, row: Row) -> Order:
        # Without its single fills: those cost two points more, which an exit may not have.
        catalog = await self._market.catalog()
        with reading(Venue.KRAKEN):
            return parse_order(order_id, row, catalog)


def _unix(at: datetime) -> str:
    """Return the second before, because Kraken's `start` is exclusive."""
    return str(int(at.timestamp()) - 1)
