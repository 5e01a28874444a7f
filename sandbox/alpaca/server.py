"""Alpaca on loopback: one base URL for trading and market data."""

import secrets
import time
from collections.abc import Callable, Iterable
from functools import partial

from aiohttp import web

from engine.brokers.paper.book import Book, Listing
from sandbox.alpaca.account import AlpacaAccount
from sandbox.alpaca.account_stream import AlpacaAccountSession, TradeFeed
from sandbox.alpaca.activities import list_activities
from sandbox.alpaca.assets import list_assets, one_asset
from sandbox.alpaca.data import MarketData
from sandbox.alpaca.entry import OrderEntry
from sandbox.alpaca.figures import account_row, held, position_row
from sandbox.alpaca.names import find_listing
from sandbox.alpaca.refusals import AlpacaError, not_found, worded
from sandbox.alpaca.session import Session
from sandbox.alpaca.stream import MOST_STOCKS, AlpacaSession, Feed
from sandbox.alpaca.switches import Switches
from sandbox.alpaca.trading import Trading
from sandbox.catalogue import ALPACA
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.server import Handler
from sandbox.streams.endpoint import ConnectLimit
from sandbox.venue import Private, VenueServer, for_anyone

KEY_HEADER, SECRET_HEADER = "APCA-API-KEY-ID", "APCA-API-SECRET-KEY"
CRYPTO_DATA = "/v1beta3/crypto/{loc}/"
NO_CONTENT = 204
CRYPTO_STREAM, STOCK_STREAM = "/v1beta3/crypto/us", "/v2/iex"
TRADE_STREAM = "/stream"
#: Handshakes an address may begin in a second.
MOST_CONNECTS = 5


class AlpacaServer(VenueServer[AlpacaAccount]):
    """Endpoints are named by method and path, such as `POST /v2/orders`."""

    venue = ALPACA
    order_endpoints = frozenset({"POST /v2/orders"})

    def __init__(
        self,
        *,
        market: Market,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(market=market, now=now, monotonic=monotonic)
        self.switches = Switches()
        self.session = Session(self.now)
        self._data = MarketData(market, self.now)
        self._entry = OrderEntry(market, self.session, self.switches, self.now)
        self._trading = Trading(market, self._entry, self.switches, self.now)
        #: whose one connection of each stream is taken
        self.crypto_feed = Feed(is_crypto=True, accounts=self.accounts, is_open=lambda: True)
        self.stock_feed = Feed(
            is_crypto=False,
            accounts=self.accounts,
            is_open=lambda: self.session.is_open,
            most_symbols=MOST_STOCKS,
        )
        for path, feed in ((CRYPTO_STREAM, self.crypto_feed), (STOCK_STREAM, self.stock_feed)):
            limit = ConnectLimit(most=MOST_CONNECTS, within_s=1)
            self.open_stream(path, limit=limit, open_session=partial(AlpacaSession, feed=feed))
        self.trade_feed = TradeFeed(accounts=self.accounts, work=self.match)
        self.open_stream(
            TRADE_STREAM,
            limit=ConnectLimit(most=MOST_CONNECTS, within_s=1),
            open_session=partial(AlpacaAccountSession, feed=self.trade_feed),
        )

    def add_account(self, *, key: str | None = None, secret: str | None = None) -> AlpacaAccount:
        """Open an account, with a fresh key unless one is given; fill it through its `ledger`."""
        return self.keep(
            AlpacaAccount(
                key=key or f"PK{secrets.token_hex(9).upper()}",
                secret=secret or secrets.token_urlsafe(30),
                created_at=self.now(),
            )
        )

    def routes(self) -> Iterable[web.RouteDef]:
        """Every path and the check in front of it."""
        data, trading = self._data, self._trading
        yield web.get(f"{CRYPTO_DATA}snapshots", self.answering(data.snapshots))
        yield web.get(f"{CRYPTO_DATA}latest/orderbooks", self.answering(data.order_books))
        yield web.get(f"{CRYPTO_DATA}latest/quotes", self.answering(data.crypto_quotes))
        yield web.get(f"{CRYPTO_DATA}bars", self.answering(data.bars))
        for path, handle in self._readable().items():
            yield web.get(path, self._keyed(handle))
        yield web.post("/v2/orders", self._keyed(trading.create))
        yield web.delete("/v2/orders/{order_id}", self._keyed(trading.cancel))

    def endpoint_of(self, request: web.Request) -> str:
        """Method and path pattern: `GET /v2/orders/{order_id}`."""
        resource = request.match_info.route.resource
        return "unknown" if resource is None else f"{request.method} {resource.canonical}"

    def key_of(self, request: web.Request) -> str:
        """The key id header, believed or not."""
        return request.headers.get(KEY_HEADER, "")

    def worded(self, fault: Fault) -> AlpacaError:
        """ERROR's message may begin with the venue's code: `40310000 insufficient buying power`."""
        return worded(fault)

    def answer(self, body: object, *, status: int = 200) -> web.Response:
        """JSON; 204 where there is nothing to say."""
        return web.Response(status=NO_CONTENT) if body is None else super().answer(body, status=status)

    def resting_book(self, listing: Listing) -> Book:
        """Nothing while its market is closed or halted."""
        return self._entry.book(listing)

    def _readable(self) -> dict[str, Private[AlpacaAccount]]:
        trading = self._trading
        return {
            "/v2/account": self._account,
            "/v2/account/activities": list_activities,
            "/v2/account/activities/{activity_type}": list_activities,
            "/v2/positions": self._positions,
            "/v2/positions/{symbol}": self._position,
            "/v2/assets": for_anyone(partial(list_assets, self.market)),
            "/v2/assets/{symbol}": for_anyone(partial(one_asset, self.market)),
            "/v2/clock": self._clock,
            "/v2/orders": trading.list,
            "/v2/orders:by_client_order_id": trading.by_client_id,
            "/v2/orders/{order_id}": trading.one,
            "/v2/stocks/quotes/latest": for_anyone(self._data.stock_quotes),
        }

    async def _account(self, account: AlpacaAccount, _: web.Request) -> object:
        return account_row(self.market, account)

    async def _positions(self, account: AlpacaAccount, _: web.Request) -> object:
        return [position_row(self.market, account, each) for each in held(self.market, account)]

    async def _position(self, account: AlpacaAccount, request: web.Request) -> object:
        listing = find_listing(self.market, request.match_info["symbol"])
        if listing is None or listing not in held(self.market, account):
            raise not_found("position does not exist")
        return position_row(self.market, account, listing)

    async def _clock(self, _: AlpacaAccount, __: web.Request) -> object:
        return self.session.clock()

    def _keyed(self, handle: Private[AlpacaAccount]) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.match()
            return await self.answering(lambda asked: handle(self._authenticated(asked), asked))(request)

        return answer

    def _authenticated(self, request: web.Request) -> AlpacaAccount:
        account = self.accounts.get(self.key_of(request))
        if account is None or request.headers.get(SECRET_HEADER) != account.secret:
            raise self.switches.unknown_key()
        return account

    def match(self) -> None:
        """Let time pass: free what is due, open what waited, fill what the market has crossed."""
        for account in self.accounts.values():
            self._trading.release_due(account)
            self._entry.release_waiting(account)
            self._entry.work_paced(account)
            account.ledger.match(self.resting_book, at=self.now())
            self._trading.cancel_due(account)
