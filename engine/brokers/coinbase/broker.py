"""One portfolio at Coinbase, over its Advanced Trade calls."""

from collections.abc import Collection, Mapping
from datetime import datetime

from engine.brokers.base import BookedFee, FeeQuote, FillPage, KeyPermissions, Priority
from engine.brokers.budget import Budget
from engine.brokers.ccxt_broker import CcxtBroker, booked_with, reading
from engine.brokers.ccxt_client import DEFAULT_TIMEOUT_S, VenueClient, coinbase_client
from engine.brokers.coinbase.accounts import find_unreadable_accounts, parse_holdings
from engine.brokers.coinbase.calls import CoinbaseCalls
from engine.brokers.coinbase.market import CoinbaseMarketData
from engine.brokers.coinbase.order_queries import OrderQueries
from engine.brokers.coinbase.parse import parse_taker_fee
from engine.brokers.coinbase.placing import OrderPlacement
from engine.brokers.departure import Departure
from engine.brokers.lane import Lane
from engine.brokers.parse import as_row, flag_in, text_in
from engine.clock import Clock
from engine.model.holdings import AccountReport
from engine.model.orders import ClientOrderId, Fill, OpenOrders, Order, OrderRequest, Sent, VenueOrderId
from engine.model.venues import Account, Venue

# Thirty private calls a second and user; numbers need no order, so only the count of calls is bounded.
_CAPACITY, _REFILL_PER_S, _RESERVE, _WIDTH = 30, 30, 10, 4

_ACCOUNTS_A_PAGE = "250"


def connect_coinbase(
    account: Account,
    key: str,
    secret: str,
    *,
    market: CoinbaseMarketData,
    clock: Clock,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> "CoinbaseBroker":
    """Return the broker of one portfolio; the secret is the key's PEM."""
    client = coinbase_client(http=market.http, url=market.url, key=key, secret=secret, timeout_s=timeout_s)
    return CoinbaseBroker(account=account, client=client, market=market, clock=clock)


class CoinbaseBroker(CcxtBroker):
    """One portfolio at Coinbase."""

    def __init__(
        self, *, account: Account, client: VenueClient, market: CoinbaseMarketData, clock: Clock
    ) -> None:
        budget = Budget(capacity=_CAPACITY, refill_per_s=_REFILL_PER_S, reserve=_RESERVE)
        lane = Lane(budget=budget, serial=False, width=_WIDTH)
        super().__init__(account=account, client=client, lane=lane, clock=clock)
        self._market = market
        self._calls = CoinbaseCalls(self._send, market=market)
        self._orders = OrderQueries(calls=self._calls, market=market)
        self._placement = OrderPlacement(calls=self._calls, market=market)

    async def fetch_report(self, *, priority: Priority = Priority.READ) -> AccountReport:
        """Return all holdings and holds, from every page of accounts."""
        departure = Departure(self._clock)
        pages = self._calls.pages("accounts", {"limit": _ACCOUNTS_A_PAGE}, priority, departure=departure)
        rows = [row async for row in pages]
        with reading(Venue.COINBASE):
            return AccountReport(
                account=self.account,
                holdings=parse_holdings(rows),
                unreadable=find_unreadable_accounts(rows),
                at=departure.at.at,
                left=departure.at,
                venue_at=self._market.venue_time(departure.at),
                venue_at_error=self._market.venue_time_error(),
            )

    async def fetch_open_orders(self, *, priority: Priority = Priority.READ) -> OpenOrders:
        return await self._orders.fetch_open(priority=priority)

    async def fetch_order(
        self,
        venue_order_id: VenueOrderId,
        symbol: str,  # noqa: ARG002 - part of the port; Coinbase's ids are enough
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
        symbol: str,  # noqa: ARG002 - part of the port; Coinbase's ids are enough
        *,
        priority: Priority,
    ) -> None:
        await self._placement.cancel(venue_order_id, priority=priority)

    async def fetch_fees(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the taker fee this account pays: one tier for all of a portfolio's pairs."""
        listed = await self._market.catalog()
        answer = await self._calls.get("transaction_summary", {"product_type": "SPOT"}, Priority.READ)
        with reading(Venue.COINBASE):
            fee = FeeQuote(taker=parse_taker_fee(answer), live=True)
        return {symbol: fee for symbol in symbols if symbol in listed}

    async def fetch_booked_fee(self, venue_order_id: VenueOrderId, symbol: str) -> BookedFee | None:
        """Return what an order was charged, which is reported with the order."""
        return booked_with(await self.fetch_order(venue_order_id, symbol, priority=Priority.HISTORY))

    async def fetch_permissions(self) -> KeyPermissions:
        """Return what the key may do."""
        answer = await self._calls.get("key_permissions", {}, Priority.READ)
        with reading(Venue.COINBASE):
            row = as_row(answer, "key_permissions")
            return KeyPermissions(
                can_read=flag_in(row, "can_view"),
                can_trade=flag_in(row, "can_trade"),
                can_withdraw=flag_in(row, "can_transfer"),
            )

    async def fetch_account_name(self) -> str:
        """Return the portfolio that the key is bound to."""
        answer = await self._calls.get("key_permissions", {}, Priority.READ)
        with reading(Venue.COINBASE):
            return text_in(as_row(answer, "key_permissions"), "portfolio_uuid")
