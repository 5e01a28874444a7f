"""The one typed adapter around ccxt: it addresses, signs and sends; we judge and read the answers.

ccxt's unified methods are not used: they lose client order ids, holds and pages, turn amounts into
floats and call unknown outcomes definite. What is sent and what comes back is the venue's own format,
with every number kept as the text it came in.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Self

import aiohttp
from cryptography.exceptions import UnsupportedAlgorithm
from yarl import URL

from engine.brokers.ccxt_classes import import_classes
from engine.brokers.error_classes import (
    Operation,
    RedirectedError,
    judge_answer,
    judge_transport,
    judge_unreadable,
)
from engine.brokers.json_answers import read_json
from engine.clock import Clock, Moment
from engine.model.errors import BrokerError, InvalidNonceError, KeyRejectedError
from engine.model.venues import Venue
from engine.redaction import Redactor
from engine.server_times import ServerTimes

DEFAULT_TIMEOUT_S = 10.0
#: A shorter secret could be an amount, a symbol or a word of any answer.
SHORTEST_IN_ANSWERS = 8

kraken: Any
coinbase: Any
alpaca: Any
alpaca, coinbase, kraken, errors = import_classes()

#: ccxt logs whole requests, keys and signatures included.
_SILENT = logging.getLogger("engine.brokers.ccxt")
_SILENT.setLevel(logging.CRITICAL + 1)

_OK = range(200, 300)
_REDIRECTS = range(300, 400)

NextNonce = Callable[[], Awaitable[int]]

#: Takes the venue's envelope off an answer, or raises what its error means.
Unwrap = Callable[[object, Operation], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request in the venue's own words."""

    path: str
    #: ccxt's name of the part of the API, for example ("v3", "private").
    api: tuple[str, ...]
    method: str = "GET"
    params: Mapping[str, object] = field(default_factory=dict)
    operation: Operation = Operation.READ
    #: Points it takes from the key's budget; a call without cost never waits for any.
    cost: float = 1
    #: The venue confirms without a body (Alpaca's DELETE).
    may_be_empty: bool = False
    #: Shorter than the client's own time limit; None: that one.
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Http:
    """The HTTP session and SSL context that every account shares."""

    session: aiohttp.ClientSession
    ssl_context: ssl.SSLContext
    times: ServerTimes
    #: What no venue may bring back into view, whichever repeats it; each client adds its own key.
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def open(cls, clock: Clock, *, secrets: Iterable[str] = ()) -> Self:
        """Open a session; must run in the event loop."""
        context = ssl.create_default_context(cafile=_certificates())
        # One hanging venue must not use up the connections of the others: lanes bound them, not the pool.
        connector = aiohttp.TCPConnector(ssl=context, limit=0, family=socket.AF_UNSPEC)
        times = ServerTimes(clock)
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_stay, _dated(times, clock)),
        )
        return cls(session, context, times, tuple(filter(_is_unmistakable, secrets)))

    def offset(self, url: str, now: Moment) -> timedelta | None:
        """Return how far the clock of a venue's server is ahead of ours; None while it is not known."""
        return self.times.offset(URL(url).authority, now)

    def server_now(self, url: str) -> datetime:
        """Return the earliest that the clock of a venue's server may show now; ours while that is not known."""
        return self.times.now_at_least(URL(url).authority)

    async def close(self) -> None:
        """Close all connections."""
        await self.session.close()


@cache
def _certificates() -> str:
    """Return the file of certificates that ccxt trusts."""
    return str(_Kraken({"logger": _SILENT}).cafile)


def _is_unmistakable(secret: str) -> bool:
    """Tell whether a secret cannot be taken for a number or a word."""
    return len(secret) >= SHORTEST_IN_ANSWERS and not (secret.isalpha() or secret.isdecimal())


def _dated(times: ServerTimes, clock: Clock) -> aiohttp.ClientMiddlewareType:
    """Return what reads the dates of answers as they pass."""

    async def note(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        sent_s = clock.monotonic()
        response = await send(request)
        times.note(request.url.authority, response.headers.get("Date"), sent_s=sent_s)
        return response

    return note


async def _stay(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Follow no redirect: it would carry the key's headers to another host."""
    response = await send(request)
    if response.status in _REDIRECTS:
        response.close()
        raise RedirectedError
    return response


class VenueClient:
    """Sends calls with one key (or none) and returns parsed JSON or raises a BrokerError.

    A venue, or what stands in for it on the way, may repeat the key or any other secret in what it answers: all
    are taken out before anybody reads, cuts or quotes it.
    """

    def __init__(
        self, venue: Venue, exchange: Any, *, secrets: Iterable[str] = (), unwrap: Unwrap | None = None
    ) -> None:
        self.venue = venue
        self._exchange = exchange
        self._redactor = _redactor(frozenset(secrets))
        self._unwrap = unwrap

    async def send(self, call: Call) -> object:
        """Send one call and return the JSON it was answered with."""
        try:
            async with asyncio.timeout(call.timeout_s):
                answer = await self._exchange.request(
                    call.path, list(call.api), call.method, dict(call.params)
                )
        except TimeoutError as e:
            raise judge_transport(self.venue, e, call.operation) from e
        except _RefusedStatusError as e:
            return self._read(call, e.payload, status=e.status)
        except _UnreadableError as e:
            raise judge_unreadable(self.venue, e.__cause__ or e, call.operation) from e
        except _UnsignableError:
            raise KeyRejectedError(self.venue, "the key or its secret is malformed") from None
        except errors.InvalidNonce:
            raise InvalidNonceError(self.venue, "overtaken before it was sent") from None
        except errors.BaseError as e:
            raise judge_transport(self.venue, e.__cause__, call.operation) from e
        return self._read(call, answer, status=_OK.start)

    def _read(self, call: Call, payload: object, *, status: int) -> object:
        """Return what an answer brings; whatever goes wrong in reading it, the request has been made."""
        try:
            return self._accept(call, self._redactor.value(payload), status=status)
        except BrokerError:
            raise
        except Exception as e:
            raise judge_unreadable(self.venue, e, call.operation) from e

    def _accept(self, call: Call, answer: object, *, status: int) -> object:
        is_empty = call.may_be_empty and not answer
        if status not in _OK or not (isinstance(answer, dict | list) or is_empty):
            raise judge_answer(self.venue, answer, call.operation, status=status)
        return self._unwrap(answer, call.operation) if self._unwrap else answer

    def close(self) -> None:
        """Let go of the shared session, which stays open."""
        self._exchange.session = None


@lru_cache(maxsize=8)
def _redactor(secrets: frozenset[str]) -> Redactor:
    """Return what hides the secrets; all clients of a process have the same to hide, in some thousand forms."""
    return Redactor(secrets)


def kraken_client(
    *,
    http: Http,
    url: str,
    key: str = "",
    secret: str = "",
    next_nonce: NextNonce | None = None,
    unwrap: Unwrap,
    timeout_s: float,
) -> VenueClient:
    """Return a client for Kraken; without a key it reads public data only."""
    config = _config(http, key=key, secret=secret, timeout_s=timeout_s, api={"public": url, "private": url})
    exchange = _Kraken(config)
    exchange.next_nonce = next_nonce
    return VenueClient(Venue.KRAKEN, exchange, secrets=(*http.secrets, key, secret), unwrap=unwrap)


def coinbase_client(
    *, http: Http, url: str, key: str = "", secret: str = "", timeout_s: float
) -> VenueClient:
    """Return a client for Coinbase; without a key it reads public data only."""
    pem = secret.replace(
        "\\n", "\n"
    )  # a PEM in an environment variable often has its line breaks spelled out
    config = _config(http, key=key, secret=pem, timeout_s=timeout_s, api={"rest": url})
    exchange = _Coinbase(config)
    # Its tokens live for two minutes of the venue's time.
    exchange.seconds = lambda: int(http.server_now(url).timestamp())
    return VenueClient(Venue.COINBASE, exchange, secrets=(*http.secrets, key, secret, pem))


def alpaca_client(
    *, http: Http, url: str, data_url: str, key: str, secret: str, timeout_s: float
) -> VenueClient:
    """Return a client for Alpaca, where even most market data needs a key."""
    api = {"trader": url, "market": data_url}
    config = _config(http, key=key, secret=secret, timeout_s=timeout_s, api=api)
    return VenueClient(Venue.ALPACA, _Alpaca(config), secrets=(*http.secrets, key, secret))


def _config(
    http: Http, *, key: str, secret: str, timeout_s: float, api: Mapping[str, str]
) -> dict[str, object]:
    return {
        "apiKey": key,
        "secret": secret,
        "session": http.session,
        "ssl_context": http.ssl_context,
        "urls": {"api": {name: url.rstrip("/") for name, url in api.items()}},
        "timeout": int(timeout_s * 1000),
        "enableRateLimit": False,
        "enableLastHttpResponse": False,
        "enableLastJsonResponse": False,
        "enableLastResponseHeaders": False,
        "options": {"maxRetriesOnFailure": 0},
        "logger": _SILENT,
    }


class _RefusedStatusError(Exception):
    """A status other than 2xx, with its JSON or its text."""

    def __init__(self, status: int, payload: object) -> None:
        super().__init__(status)
        self.status = status
        self.payload = payload


class _UnreadableError(Exception):
    """A request failed, or its answer could not be read, in a way that ccxt does not know."""


class _UnsignableError(Exception):
    """The key cannot sign anything."""


#: What ccxt raises where a key or what it needs for signing is missing or malformed.
_UNSIGNED = (errors.ArgumentsRequired, errors.AuthenticationError)


class _Wire:
    """What our exchange objects do differently from ccxt's."""

    on_json_response = staticmethod(read_json)

    async def fetch(self, *args: object) -> object:
        """Send, and tell what may go wrong with the answer from what goes wrong before there is any request."""
        try:
            return await super().fetch(*args)  # type: ignore[misc] # the ccxt class stands behind this one
        except (errors.BaseError, _RefusedStatusError):
            raise
        except Exception as e:
            raise _UnreadableError from e

    def handle_errors(self, code: int, *rest: object) -> None:
        """Leave the judgement to our own table: ccxt's takes refusals for retryable and the reverse."""
        _reason, _url, _method, _headers, body, response, *_ = rest
        if code not in _OK:
            raise _RefusedStatusError(code, body if response is None else response)

    def sign(self, *args: object) -> object:
        """Sign, and tell a key that cannot sign from everything else that may fail."""
        try:
            return super().sign(*args)  # type: ignore[misc] # the ccxt class stands behind this one
        except (ValueError, TypeError, UnsupportedAlgorithm, *_UNSIGNED) as e:
            raise _UnsignableError from e


class _Kraken(_Wire, kraken):  # type: ignore[misc] # ccxt is untyped
    """Kraken with a number of ours for each private call."""

    next_nonce: NextNonce | None = None
    _pending: int | None = None
    _newest = 0

    async def fetch2(self, path: str, api: Any = ("public",), *args: Any) -> Any:
        """Take a number before signing: from here to the signature nothing else runs."""
        if api[0] == "private" and self.next_nonce is not None:
            nonce = await self.next_nonce()
            if nonce < self._newest:
                raise errors.InvalidNonce(self.id)
            self._pending = self._newest = nonce
        return await super().fetch2(path, api, *args)

    def incrementing_nonce(self) -> int:
        """Give the number out once, so that nothing is ever signed twice with it."""
        nonce, self._pending = self._pending, None
        if nonce is None:
            raise _UnsignableError
        return nonce


class _Coinbase(_Wire, coinbase):  # type: ignore[misc] # ccxt is untyped
    """Coinbase Advanced."""


class _Alpaca(_Wire, alpaca):  # type: ignore[misc] # ccxt is untyped
    """Alpaca, trading and market data."""
