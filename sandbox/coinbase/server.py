"""Coinbase Advanced Trade on loopback: which path is answered by whom, after which check."""

import json
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from aiohttp import web

from engine.brokers.paper.book import Book, Listing
from engine.brokers.paper.ledger import Fees
from sandbox.coinbase.account import FIRST_TIER, CoinbaseAccount, new_ledger
from sandbox.coinbase.catalogue import VENUE
from sandbox.coinbase.credentials import Credentials, TokenError, check_token, new_credentials, parse_token
from sandbox.coinbase.portfolio import Portfolio
from sandbox.coinbase.prices import Prices
from sandbox.coinbase.products import Products
from sandbox.coinbase.refusals import (
    FORBIDDEN,
    UNAUTHORIZED,
    Json,
    RefusedError,
    refused,
    with_new_reason_only,
)
from sandbox.coinbase.switches import Switches
from sandbox.coinbase.trading import Trading
from sandbox.coinbase.worded import worded
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.server import Handler, StandIn

REASON = web.ResponseKey("reason", str)
BROKERAGE = "/api/v3/brokerage/"
#: Product states in which the engine goes on matching.
MATCHING = frozenset({"online", "limit_only", "post_only"})
Public = Callable[[web.Request], Awaitable[Json]]
Private = Callable[[CoinbaseAccount, web.Request], Awaitable[Json]]


class CoinbaseServer(StandIn):
    """Endpoints are named by their path below /api/v3/brokerage/, the v2 ones by `v2/…`."""

    order_endpoints = frozenset({"orders"})

    def __init__(
        self,
        *,
        market: Market,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(now=now, monotonic=monotonic)
        self.market = market
        self.accounts: dict[str, CoinbaseAccount] = {}
        self.switches = Switches()
        self._products = Products(market, self.now)
        self._prices = Prices(market, self.now)
        self._portfolio = Portfolio(self.switches)
        self._trading = Trading(market, self._products, self.switches, self.now)
        market.on_change(self._match)

    def add_account(
        self, *, credentials: Credentials | None = None, fees: Fees = FIRST_TIER
    ) -> CoinbaseAccount:
        """Open an account, with a fresh key unless one is given; fill it through its `ledger`."""
        account = CoinbaseAccount(
            credentials=credentials or new_credentials(), ledger=new_ledger(fees), created_at=self.now()
        )
        self.accounts[account.key] = account
        return account

    def routes(self) -> Iterable[web.RouteDef]:
        """Every path and the check in front of it."""
        for path, public in self._public().items():
            yield web.get(path, _answering(public))
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

    def word(self, fault: Fault) -> web.Response:
        """For orders, ERROR with a reason is that refusal, without one a bare success false."""
        return self._refusal(worded(fault))

    def outcome_of(self, response: web.StreamResponse) -> str:
        """The reason of a refused order, which answers 200, or ok."""
        return response.get(REASON) or super().outcome_of(response)

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

    def _readable(self) -> dict[str, Private]:
        products, portfolio, trading = self._products, self._portfolio, self._trading
        return {
            f"{BROKERAGE}products": _for_anyone(products.list),
            f"{BROKERAGE}products/{{product_id}}": _for_anyone(products.one),
            f"{BROKERAGE}products/{{product_id}}/ticker": _for_anyone(products.ticker),
            f"{BROKERAGE}products/{{product_id}}/candles": _for_anyone(products.candles),
            f"{BROKERAGE}product_book": _for_anyone(products.book),
            f"{BROKERAGE}best_bid_ask": _for_anyone(products.best),
            f"{BROKERAGE}accounts": portfolio.accounts,
            f"{BROKERAGE}transaction_summary": portfolio.summary,
            f"{BROKERAGE}key_permissions": portfolio.permissions,
            f"{BROKERAGE}orders/historical/batch": trading.list,
            f"{BROKERAGE}orders/historical/fills": trading.fills,
            f"{BROKERAGE}orders/historical/{{order_id}}": trading.one,
            "/v2/accounts": portfolio.wallets,
        }

    def _signed(self, handle: Private, *, scope: str) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                account = self._authenticated(request)
            except TokenError:
                return web.Response(status=UNAUTHORIZED, text="Unauthorized\n")
            try:
                if not getattr(account, scope):
                    raise refused(FORBIDDEN, "PERMISSION_DENIED", "Missing required scopes")
                self._trading.progress.advance(account)
                return _json(await handle(account, request))
            except RefusedError as refusal:
                return self._refusal(refusal)

        return answer

    def _refusal(self, refusal: RefusedError) -> web.Response:
        return _response(with_new_reason_only(refusal) if self.switches.new_reason_only else refusal)

    def _authenticated(self, request: web.Request) -> CoinbaseAccount:
        token = parse_token(request.headers.get("Authorization", ""))
        account = self.accounts.get(token.key)
        if account is None:
            raise TokenError("unknown key")
        target = f"{request.host}{request.path}"
        check_token(token, account.credentials, method=request.method, target=target, now=self.now())
        return account

    def _match(self) -> None:
        for account in self.accounts.values():
            account.ledger.match(self._resting_book, at=self.now())

    def _resting_book(self, listing: Listing) -> Book:
        if self.market.listing(VENUE, listing.symbol).status in MATCHING:
            return self.market.liquidity(VENUE, listing.symbol)
        return Book(bids=(), asks=(), at=self.now())


def _answering(handle: Public) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return _json(await handle(request))
        except RefusedError as refusal:
            return _response(refusal)

    return answer


def _for_anyone(handle: Public) -> Private:
    async def answer(_: CoinbaseAccount, request: web.Request) -> Json:
        return await handle(request)

    return answer


def _json(body: Json, status: int = 200) -> web.Response:
    # The venue writes no blanks; who looks for `"success": true` in the text finds nothing there.
    return web.json_response(body, status=status, dumps=partial(json.dumps, separators=(",", ":")))


def _response(refusal: RefusedError) -> web.Response:
    response = _json(refusal.body, refusal.status)
    response[REASON] = refusal.reason
    return response
