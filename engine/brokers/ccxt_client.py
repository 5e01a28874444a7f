"""The one typed adapter around ccxt: it addresses, signs and sends; we judge and read the answers.

ccxt's unified methods are not used: they lose client order ids, holds and pages, turn amounts into
floats and call unknown outcomes definite. What is sent and what comes back is the venue's own format,
with every number kept as the text it came in.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm

from engine.brokers.ccxt_classes import import_classes
from engine.brokers.error_classes import (
    Operation,
    judge_answer,
    judge_transport,
    judge_unreadable,
)
from engine.brokers.es256 import signed_token
from engine.brokers.json_answers import read_json
from engine.brokers.venue_http import Http
from engine.model.errors import BrokerError, InvalidNonceError, MalformedKeyError
from engine.model.venues import Venue
from engine.redaction import HIDDEN, Redactor

DEFAULT_TIMEOUT_S = 10.0

kraken: Any
coinbase: Any
alpaca: Any
alpaca, coinbase, kraken, errors = import_classes()

#: ccxt logs whole requests, keys and signatures included.
_SILENT = logging.getLogger("engine.brokers.ccxt")
_SILENT.setLevel(logging.CRITICAL + 1)

_OK = range(200, 300)

NextNonce = Callable[[], Awaitable[int]]

#: Takes the venue's envelope off an answer, or raises what its error means.
Unwrap = Callable[[object, Operation], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request in the venue's own terms."""

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


class VenueClient:
    """Sends calls with one key (or none) and returns parsed JSON or raises a BrokerError.

    A venue, or what stands in for it on the way, may repeat the key or any other secret in what it answers: all
    are taken out before anybody reads, cuts or quotes it.
    """

    def __init__(
        self, venue: Venue, exchange: Any, *, redactor: Redactor, unwrap: Unwrap | None = None
    ) -> None:
        self.venue = venue
        self._exchange = exchange
        self._redactor = redactor
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
            raise MalformedKeyError(self.venue) from None
        except errors.InvalidNonce:
            raise InvalidNonceError(self.venue, "overtaken before it was sent") from None
        except errors.BaseError as e:
            raise judge_transport(self.venue, e.__cause__, call.operation) from e
        return self._read(call, answer, status=_OK.start)

    def _read(self, call: Call, payload: object, *, status: int) -> object:
        """Return what an answer brings; whatever goes wrong in reading it, the request has been made."""
        try:
            return self._accept(call, self._redacted(payload), status=status)
        except BrokerError:
            raise
        except Exception as e:
            raise judge_unreadable(self.venue, e, call.operation) from e

    def _redacted(self, payload: object) -> object:
        # A page is judged by its status alone: however long it is, nobody reads it.
        return HIDDEN if payload and isinstance(payload, str) else self._redactor.value(payload)

    def _accept(self, call: Call, answer: object, *, status: int) -> object:
        is_empty = call.may_be_empty and not answer
        if status not in _OK or not (isinstance(answer, dict | list) or is_empty):
            raise judge_answer(self.venue, answer, call.operation, status=status)
        return self._unwrap(answer, call.operation) if self._unwrap else answer

    def close(self) -> None:
        """Let go of the shared session, which stays open."""
        self._exchange.session = None


def redactor_for(http: Http, *own: str) -> Redactor:
    """Return what hides the secrets of the process, which all its clients share, and those of one key."""
    shared = _shared_redactor(frozenset(http.secrets))
    others = frozenset(own).difference(http.secrets, ("",))
    return Redactor(others, other=shared) if others else shared


@lru_cache(maxsize=8)
def _shared_redactor(secrets: frozenset[str]) -> Redactor:
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
    return VenueClient(Venue.KRAKEN, exchange, redactor=redactor_for(http, key, secret), unwrap=unwrap)


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
    return VenueClient(Venue.COINBASE, exchange, redactor=redactor_for(http, key, secret, pem))


def alpaca_client(
    *, http: Http, url: str, data_url: str, key: str, secret: str, timeout_s: float
) -> VenueClient:
    """Return a client for Alpaca, where even most market data needs a key."""
    api = {"trader": url, "market": data_url}
    config = _config(http, key=key, secret=secret, timeout_s=timeout_s, api=api)
    return VenueClient(Venue.ALPACA, _Alpaca(config), redactor=redactor_for(http, key, secret))


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
        """Send; separate failures before there is any request from failures of the answer."""
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
        """Sign; raise KeyRejectedError for a key that cannot sign."""
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
    """Coinbase Advanced with tokens by a key that is not read anew for each."""

    def jwt(self, request: Any, secret: Any, algorithm: Any, is_rsa: Any, opts: Any) -> Any:
        """Sign by a P-256 key ourselves: ccxt reads it anew, and works out what no token has."""
        if opts["alg"] != "ES256":
            return super().jwt(request, secret, algorithm, is_rsa, opts)
        return signed_token({"typ": "JWT", **opts}, request, secret.decode())


class _Alpaca(_Wire, alpaca):  # type: ignore[misc] # ccxt is untyped
    """Alpaca, trading and market data."""
