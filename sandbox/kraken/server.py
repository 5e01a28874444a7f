"""The Kraken stand-in: checks who is calling, answers from the market and the accounts' ledgers."""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from aiohttp import web

from engine.brokers.paper.book import Book, Listing
from engine.brokers.paper.ledger import Fees, LedgerError
from sandbox.catalogue import KRAKEN
from sandbox.faults import Fault, FaultKind
from sandbox.kraken import public
from sandbox.kraken.account import FIRST_TIER, TRADING_PERMISSIONS, KrakenAccount, open_account
from sandbox.kraken.account_stream import KrakenAccountSession
from sandbox.kraken.auth import is_signed, parse_nonce, parse_params
from sandbox.kraken.call import PrivateCall
from sandbox.kraken.candles import ohlc
from sandbox.kraken.counter import Tier
from sandbox.kraken.endpoints import PRIVATE, Endpoint
from sandbox.kraken.errors import KrakenError, worded
from sandbox.kraken.pacing import work
from sandbox.kraken.stream import KrakenSession
from sandbox.market import Market
from sandbox.pace import Pace
from sandbox.streams.endpoint import ConnectLimit
from sandbox.venue import VenueServer

STREAM, ACCOUNT_STREAM = "/v2", "/auth/v2"
#: Streams an address may open within ten minutes; after one more it is banned for as long.
MOST_CONNECTS, BAN_S = 150, 600.0
_FAULT_WORDS = {
    FaultKind.RATE_LIMIT: "EAPI:Rate limit exceeded",
    FaultKind.INVALID_NONCE: "EAPI:Invalid nonce",
    FaultKind.CANCEL_ONLY: "EService:Market in cancel_only mode",
}
#: Public endpoints that answer from the market as it is, whatever the time.
_OF_THE_MARKET: Mapping[str, Callable[[Market, Mapping[str, str]], object]] = {
    "Assets": public.assets,
    "AssetPairs": public.asset_pairs,
    "Ticker": public.ticker,
}


class KrakenServer(VenueServer[KrakenAccount]):
    """Kraken's spot REST API on loopback; `url` is the base without /0."""

    venue = KRAKEN
    matching = frozenset({"online", "limit_only", "post_only", "reduce_only"})
    order_endpoints = frozenset({"AddOrder"})

    def __init__(
        self,
        *,
        market: Market,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        counts_calls: bool = False,
    ) -> None:
        super().__init__(market=market, now=now, monotonic=monotonic)
        #: whether the call counter refuses
        self.counts_calls = counts_calls
        #: online, maintenance, cancel_only, post_only
        self.status = "online"
        #: how slowly market orders go from then on; None: they fill at once
        self.pace: Pace | None = None
        limit = ConnectLimit(most=MOST_CONNECTS, within_s=BAN_S, ban_s=BAN_S)
        self.open_stream(STREAM, limit=limit, open_session=KrakenSession)
        open_account_session = partial(KrakenAccountSession, accounts=self.accounts, work=self._work)
        self.open_stream(ACCOUNT_STREAM, limit=limit, open_session=open_account_session)

    def add_account(
        self,
        *,
        key: str,
        secret: str,
        permissions: frozenset[str] = TRADING_PERMISSIONS,
        tier: Tier = Tier.STARTER,
        fees: Fees = FIRST_TIER,
    ) -> KrakenAccount:
        """Open an account with one key; the secret is base64."""
        return self.keep(
            open_account(
                key=key, secret=secret, permissions=permissions, tier=tier, fees=fees, now=self.now()
            )
        )

    # the stand-in's parts

    def routes(self) -> Iterable[web.RouteDef]:
        """Public endpoints by GET, private ones by POST."""
        return [
            web.get("/0/public/{endpoint}", self.answering(self._public)),
            web.post("/0/private/{endpoint}", self.answering(self._private)),
        ]

    def endpoint_of(self, request: web.Request) -> str:
        """The last part of the path."""
        return request.match_info.get("endpoint", request.path)

    def key_of(self, request: web.Request) -> str:
        """The API-Key header."""
        return request.headers.get("API-Key", "")

    def only_checks(self, params: Mapping[str, str]) -> bool:
        """AddOrder with `validate`."""
        return "validate" in params

    def worded(self, fault: Fault) -> KrakenError:
        """A planned refusal as Kraken's error."""
        return KrakenError(_FAULT_WORDS.get(fault.kind, fault.message))

    def resting_book(self, listing: Listing) -> Book:
        """Nothing is matched while the whole venue does not trade."""
        if self.status != "online":
            return Book(bids=(), asks=(), at=self.now())
        return super().resting_book(listing)

    # answering

    async def _public(self, request: web.Request) -> object:
        return {"error": [], "result": self._answer_public(request)}

    async def _private(self, request: web.Request) -> object:
        body = await request.read()
        try:
            return {"error": [], "result": self._answer_private(request, body)}
        except LedgerError as error:
            raise worded(error) from error

    def _answer_public(self, request: web.Request) -> object:
        endpoint = request.match_info["endpoint"]
        if answer := _OF_THE_MARKET.get(endpoint):
            return answer(self.market, request.query)
        match endpoint:
            case "Time":
                return public.time(self.now())
            case "SystemStatus":
                return public.system_status(self.status, self.now())
            case "Depth":
                return public.depth(self.market, request.query, ahead_s=self.faults.clock_skew_s)
            case "OHLC":
                return ohlc(self.market, request.query, now=self.now())
        raise KrakenError("EGeneral:Unknown method")

    def _answer_private(self, request: web.Request, body: bytes) -> object:
        endpoint = PRIVATE.get(request.match_info["endpoint"])
        if endpoint is None:
            raise KrakenError("EGeneral:Unknown method")
        params = parse_params(body, request.content_type)
        account = self._authenticated(request, body, params.get("nonce", ""))
        self._admit(account, endpoint)
        call = PrivateCall(account=account, params=params, market=self.market, now=self.now(), pace=self.pace)
        self._work(account)
        return endpoint.answer(call)

    def _work(self, account: KrakenAccount) -> None:
        work(account, self.resting_book, self.now())

    def _authenticated(self, request: web.Request, body: bytes, nonce_text: str) -> KrakenAccount:
        account = self.accounts.get(self.key_of(request))
        if account is None:
            raise KrakenError("EAPI:Invalid key")
        claimed = request.headers.get("API-Sign", "")
        if not is_signed(
            path=request.path, nonce=nonce_text, body=body, secret=account.secret, claimed=claimed
        ):
            raise KrakenError("EAPI:Invalid signature")
        nonce = parse_nonce(nonce_text)
        if nonce is None or nonce <= account.last_nonce:
            raise KrakenError("EAPI:Invalid nonce")
        account.last_nonce = nonce
        account.last_used_at = self.now()
        return account

    def _admit(self, account: KrakenAccount, endpoint: Endpoint) -> None:
        if self.counts_calls and endpoint.cost and not account.counter.admits(endpoint.cost, self.now()):
            raise KrakenError("EAPI:Rate limit exceeded")
        if endpoint.permissions and not endpoint.permissions & account.permissions:
            raise KrakenError("EGeneral:Permission denied")
        if endpoint is PRIVATE["AddOrder"] and self.status != "online":
            closed = self.status == "maintenance"
            raise KrakenError("EService:Unavailable" if closed else f"EService:Market in {self.status} mode")
