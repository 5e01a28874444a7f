"""One account at Alpaca, over its trading calls."""

from collections.abc import Collection, Mapping
from datetime import datetime

from engine.brokers.alpaca.calls import AlpacaCalls
from engine.brokers.alpaca.fee_queries import FeeQueries
from engine.brokers.alpaca.holdings import HoldingsReader
from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.order_queries import OrderQueries
from engine.brokers.alpaca.parse import parse_permissions
from engine.brokers.alpaca.placing import OrderPlacement
from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, Priority
from engine.brokers.budget import Budget
from engine.brokers.ccxt_broker import CcxtBroker, reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, VenueClient, alpaca_client
from engine.brokers.departure import Departure
from engine.brokers.lane import Lane
from engine.brokers.parse import as_row, text_in
from engine.clock import Clock
from engine.model.holdings import AccountReport
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, OrderRequest, Sent, VenueOrderId
from engine.model.venues import Account, Venue

# 200 calls a minute and account; numbers need no order, so only the count of calls is bounded.
_CAPACITY, _REFILL_PER_S, _RESERVE, _WIDTH = 200, 200 / 60, 50, 4


def connect_alpaca(
    account: Account,
    key: str,
    secret: str,
    *,
    market: AlpacaMarketData,
    clock: Clock,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> "AlpacaBroker":
    client = alpaca_client(
        http=market.http,
        url=market.url,
        data_url=market.data_url,
        key=key,
        secret=secret,
        timeout_s=timeout_s,
    )
    return AlpacaBroker(account=account, client=client, market=market, clock=clock)


class AlpacaBroker(CcxtBroker):
    """One account at Alpaca."""

    def __init__(
        self, *, account: Account, client: VenueClient, market: AlpacaMarketData, clock: Clock
    ) -> None:
        budget = Budget(capacity=_CAPACITY, refill_per_s=_REFILL_PER_S, reserve=_RESERVE)
        lane = Lane(budget=budget, serial=False, width=_WIDTH)
        super().__init__(account=account, client=client, lane=lane, clock=clock)
        self._calls = AlpacaCalls(self._send)
        self._orders = OrderQueries(calls=self._calls, market=market)
        self._placement = OrderPlacement(calls=self._calls, market=market)
        self._fees = FeeQueries(calls=self._calls, orders=self._orders, market=market, clock=clock)
        self._holdings = HoldingsReader(
            account, calls=self._calls, orders=self._orders, fees=self._fees, market=market, clock=clock
        )

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        return await self._holdings.fetch(priority=priority)

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        return await self._orders.fetch_open(priority=priority)

    async def fetch_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Alpaca's ids are enough
        *,
        priority: Priority = Priority.READ,
    ) -> Order:
        return await self._orders.fetch(venue_order_id, priority=priority)

    async def find_order(
        self,
        client_order_id: ClientOrderId,
        symbol: str,
        *,
        since: datetime,
        sent: Sent | None = None,
        priority: Priority = Priority.READ,
    ) -> Order | None:
        return await self._orders.find(client_order_id, symbol, since=since, sent=sent, priority=priority)

    async def fetch_order_fills(
        self, order: Order, *, priority: Priority = Priority.READ
    ) -> tuple[Fill, ...]:
        return await self._orders.fetch_fills_of(order, priority=priority)

    async def fetch_fills(
        self, *, cursor: str | None = None, priority: Priority = Priority.HISTORY
    ) -> FillPage:
        return await self._orders.fetch_fills(cursor=cursor, priority=priority)

    async def submit_order(
        self, request: OrderRequest, *, priority: Priority, departure: Departure | None = None
    ) -> VenueOrderId:
        return await self._placement.submit(request, priority=priority, departure=departure)

    async def cancel_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Alpaca's ids are enough
        *,
        priority: Priority,
    ) -> None:
        await self._placement.cancel(venue_order_id, priority=priority)

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        return await self._fees.fetch(symbols)

    async def fetch_booked_fee(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Alpaca's ids are enough
    ) -> BookedFee | None:
        return await self._fees.fetch_booked(venue_order_id)

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what the account lets its key do."""
        answer = await self._calls.get("v2/account", {}, Priority.READ)
        with reading(Venue.ALPACA):
            return parse_permissions(as_row(answer, "account"))

    async def fetch_account_name(self) -> str:
        """Return the account's id, which paper and live accounts of one person do not share."""
        answer = await self._calls.get("v2/account", {}, Priority.READ)
        with reading(Venue.ALPACA):
            return text_in(as_row(answer, "account"), "id")
