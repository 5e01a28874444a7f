"""Coinbase Advanced Trade on loopback: which path is answered by whom, after which check."""

import json
import time
from collections.abc import Callable, Iterable
from functools import partial

from aiohttp import web

from engine.brokers.paper.ledger import Fees
from sandbox.catalogue import COINBASE
from sandbox.coinbase.account import FIRST_TIER, CoinbaseAccount, new_ledger
from sandbox.coinbase.credentials import Credentials, TokenError, check_token, new_credentials, parse_token
from sandbox.coinbase.portfolio import Portfolio
from sandbox.coinbase.prices import Prices
from sandbox.coinbase.products import Products
from sandbox.coinbase.refusals import (
    FORBIDDEN,
    UNAUTHORIZED,
    CoinbaseError,
    refused,
    with_new_reason_only,
    worded,
)
from sandbox.coinbase.stream import CoinbaseSession
from sandbox.coinbase.switches import Switches
from sandbox.coinbase.trading import Trading
from sandbox.coinbase.user_stream import CoinbaseUserSession
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.server import Handler
from sandbox.streams.endpoint import ConnectLimit
from sandbox.venue import Private, Public, RefusedError, VenueServer, for_anyone

BROKERAGE = "/api/v3/brokerage/"
STREAM, USER_STREAM = "/", "/user"
#: Streams an address may open in a second.
MOST_CONNECTS = 8


class CoinbaseServer(VenueServer[CoinbaseAccount]):
    """Endpoints are named by their path below /api/v3/brokerage/, the v2 ones by `v2/…`."""

    venue = COINBASE
    matching = frozenset({"online", "limit_only", "post_only"})
    order_endpoints = frozenset({"orders"})

    def __init__(
        self,
        *,
        market: Market,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(market=market, now=now, monotonic=monotonic)
        self.switches = Switches()
        self._products = Products(market, self.now)
        self._prices = Prices(market, self.now)
        self._portfolio = Portfolio(self.switches)
        self._trading = Trading(market, self._products, self.switches, self.now)
        limit = ConnectLimit(most=MOST_CONNECTS, within_s=1)
        self.open_stream(STREAM, limit=limit, open_session=CoinbaseSession)
        open_user_session = partial(
            CoinbaseUserSession, accounts=self.accounts, progress=self._trading.progress
        )
        self.open_stream(USER_STREAM, limit=limit, open_session=open_user_session)

    def add_account(
        self, *, credentials: Credentials | None = None, fees: Fees = FIRST_TIER
    ) -> CoinbaseAccount:
        """Open an account, with a fresh key unless one is given; fill it through its `ledger`."""
        credentials = credentials or new_credentials()
        return self.keep(
            CoinbaseAccount(credentials=credentials, ledger=new_ledger(fees), created_at=self.now())
        )

    def routes(self) -> Iterable[web.RouteDef]:
        """Every path and the check in front of it."""
        for path, public in self._public().items():
            yield web.get(path, self.answering(public))
        for path, private in self._readable().items():
            yield web.get(path, self._signed(private, scope="can_view"))
        yield web.post(f"{BROKERAGE}orders", self._signed(self._trading.create, scope="can_trade"))
        yield web.post(
            f"{BROKERAGE}orders/batch_cancel", self._signed(self._trading.cancel, scope="can_trade")
        )

    def endpoint_of(self, request: web.Request) -> str:
        """The path pattern: `orders/historical/{order_id}`, `v2/accounts`."""
        resource = request.match_info.route.resource
        return "unknown" if resource is None else resource.canonical.removeprefix(BROKERAGE).lstrip("/")

    def key_of(self, request: web.Request) -> str:
        """The key name in the token's header, believed or not."""
        try:
            return parse_token(request.headers.get("Authorization", "")).key
        except TokenError:
            return ""

    def worded(self, fault: Fault) -> CoinbaseError:
        """For orders, ERROR with a reason is that refusal, without one a bare success false."""
        return worded(fault)

    def answer(self, body: object, *, status: int = 200) -> web.Response:
        """JSON without blanks: who looks for `"success": true` in the text finds nothing there."""
        return web.json_response(body, status=status, dumps=partial(json.dumps, separators=(",", ":")))

    def refuse(self, refusal: RefusedError) -> web.Response:
        """The refusal, worded as the switches say."""
        return super().refuse(with_new_reason_only(refusal) if self.switches.new_reason_only else refusal)

    def _public(self) -> dict[str, Public]:
        products, prices = self._products, self._prices
        return {
            f"{BROKERAGE}market/products": products.list,
            f"{BROKERAGE}market/products/{{product_id}}": products.one,
            f"{BROKERAGE}market/products/{{product_id}}/ticker": products.ticker,
            f"{BROKERAGE}market/products/{{product_id}}/candles": products.candles,
            f"{BROKERAGE}market/product_book": products.book,
            f"{BROKERAGE}time": prices.brokerage_time,
            "/v2/currencies": prices.currencies,
            "/v2/currencies/crypto": prices.crypto,
            "/v2/exchange-rates": prices.rates,
            "/v2/time": prices.time,
        }

    def _readable(self) -> dict[str, Private[CoinbaseAccount]]:
        products, portfolio, trading = self._products, self._portfolio, self._trading
        return {
            f"{BROKERAGE}products": for_anyone(products.list),
            f"{BROKERAGE}products/{{product_id}}": for_anyone(products.one),
            f"{BROKERAGE}products/{{product_id}}/ticker": for_anyone(products.ticker),
            f"{BROKERAGE}products/{{product_id}}/candles": for_anyone(products.candles),
            f"{BROKERAGE}product_book": for_anyone(products.book),
            f"{BROKERAGE}best_bid_ask": for_anyone(products.best),
            f"{BROKERAGE}accounts": portfolio.accounts,
            f"{BROKERAGE}transaction_summary": portfolio.summary,
            f"{BROKERAGE}key_permissions": portfolio.permissions,
            f"{BROKERAGE}orders/historical/batch": trading.list,
            f"{BROKERAGE}orders/historical/fills": trading.fills,
            f"{BROKERAGE}orders/historical/{{order_id}}": trading.one,
            "/v2/accounts": portfolio.wallets,
        }

    def _signed(self, handle: Private[CoinbaseAccount], *, scope: str) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                account = self._authenticated(request)
            except TokenError:
                return web.Response(status=UNAUTHORIZED, text="Unauthorized\n")
            return await self.answering(partial(self._permitted, handle, account, scope))(request)

        return answer

    async def _permitted(
        self, handle: Private[CoinbaseAccount], account: CoinbaseAccount, scope: str, request: web.Request
    ) -> object:
        if not getattr(account, scope):
            raise refused(FORBIDDEN, "PERMISSION_DENIED", "Missing required scopes")
        self._trading.progress.advance(account)
        return await handle(account, request)

    def _authenticated(self, request: web.Request) -> CoinbaseAccount:
        token = parse_token(request.headers.get("Authorization", ""))
        account = self.accounts.get(token.key)
        if account is None:
            raise TokenError("unknown key")
        target = f"{request.host}{request.path}"
        check_token(token, account.credentials, method=request.method, target=target, now=self.now())
        return account
