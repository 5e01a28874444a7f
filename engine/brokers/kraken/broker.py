"""One account at Kraken, over its private REST calls."""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, Priority
from engine.brokers.budget import Budget
from engine.brokers.ccxt_broker import CcxtBroker, booked_with, reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, NextNonce, VenueClient, kraken_client
from engine.brokers.departure import Departure
from engine.brokers.kraken.calls import KrakenCalls
from engine.brokers.kraken.fees import gather_fees
from engine.brokers.kraken.holdings import HoldingsReader
from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.kraken.order_queries import OrderQueries
from engine.brokers.kraken.parse import parse_permissions, parse_stream_token, result_of
from engine.brokers.kraken.placing import OrderPlacement
from engine.brokers.lane import Lane
from engine.clock import Clock
from engine.model.holdings import AccountReport
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, OrderRequest, Sent, VenueOrderId
from engine.model.venues import Account, Venue
from engine.storage.session import DatabaseSession

ReserveNonce = Callable[[sqlite3.Connection], None]

# https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits, the lowest tier: 15 calls, one more every
# 3 s. Four are kept for an exit's balance and order look-ups.
_CAPACITY, _REFILL_PER_S, _RESERVE = 15, 0.33, 4


def connect_kraken(
    account: Account,
    key: str,
    secret: str,
    *,
    market: KrakenMarketData,
    clock: Clock,
    next_nonce: NextNonce,
    reserve_nonce: ReserveNonce | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> "KrakenBroker":
    """Return the broker of one account; nothing else may use its key.

    `reserve_nonce` draws the number that `next_nonce` returns next in a transaction of somebody else's.
    """
    client = kraken_client(
        http=market.http,
        url=market.url,
        key=key,
        secret=secret,
        next_nonce=next_nonce,
        unwrap=result_of,
        timeout_s=timeout_s,
    )
    return KrakenBroker(
        account=account, client=client, market=market, clock=clock, reserve_nonce=reserve_nonce
    )


class KrakenBroker(CcxtBroker):
    """One account at Kraken; its key's calls go out one by one, numbers rising."""

    def __init__(
        self,
        *,
        account: Account,
        client: VenueClient,
        market: KrakenMarketData,
        clock: Clock,
        reserve_nonce: ReserveNonce | None = None,
    ) -> None:
        budget = Budget(capacity=_CAPACITY, refill_per_s=_REFILL_PER_S, reserve=_RESERVE)
        super().__init__(account=account, client=client, lane=Lane(budget=budget, serial=True), clock=clock)
        self._market = market
        self._reserve_nonce = reserve_nonce
        self._calls = KrakenCalls(self._send)
        self._holdings = HoldingsReader(account, calls=self._calls, market=market, clock=clock)
        self._orders = OrderQueries(calls=self._calls, market=market)
        self._placement = OrderPlacement(calls=self._calls, market=market, clock=clock)

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        return await self._holdings.fetch(priority=priority)

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        return await self._orders.fetch_open(priority=priority)

    async def fetch_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Kraken's ids are enough
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

    def reserve_number(self, session: DatabaseSession) -> None:
        """Draw the number of the next request in a transaction that writes down what it is for."""
        if self._reserve_nonce is not None:
            self._reserve_nonce(session.raw)

    async def cancel_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Kraken's ids are enough
        *,
        priority: Priority,
    ) -> None:
        await self._placement.cancel(venue_order_id, priority=priority)

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the taker fee this account pays for each symbol, in one call when no pair is refused."""
        listed = (await self._market.catalog()).pair_ids
        pair_ids = {symbol: listed[symbol] for symbol in sorted(symbols) if symbol in listed}
        return await gather_fees(lambda ids: self._calls.read("TradeVolume", {"pair": ids}), pair_ids)

    async def fetch_booked_fee(self, venue_order_id: VenueOrderId, symbol: str) -> BookedFee | None:
        """Return what an order was charged, which is reported with the order."""
        return booked_with(await self.fetch_order(venue_order_id, symbol, priority=Priority.HISTORY))

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what the key may do."""
        result = await self._calls.read("GetApiKeyInfo")
        with reading(Venue.KRAKEN):
            return parse_permissions(result)

    async def fetch_stream_token(self) -> str:
        """Return what opens the private stream within 15 minutes, and keeps it open as long as it lasts."""
        result = await self._calls.read("GetWebSocketsToken")
        with reading(Venue.KRAKEN):
            return parse_stream_token(result)
