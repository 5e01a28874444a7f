"""The HTTP session that all accounts share: certificates, server times, bounded answers, no redirect followed."""

import logging
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Self

import aiohttp
from yarl import URL

from engine.brokers.bounded_answers import BoundedResponse
from engine.brokers.ccxt_classes import import_classes
from engine.brokers.error_classes import RedirectedError
from engine.clock import Clock, Moment
from engine.server_times import ServerTimes

#: A shorter secret could be an amount, a symbol or any text of an answer.
SHORTEST_IN_ANSWERS = 8

_REDIRECTS = range(300, 400)


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
            response_class=BoundedResponse,
            middlewares=(_stay, _dated(times, clock)),
        )
        return cls(session, context, times, tuple(filter(_is_unmistakable, secrets)))

    def offset(self, url: str, now: Moment) -> timedelta | None:
        """Return how far the clock of a venue's server is ahead of ours; None while it is not known."""
        return self.times.offset(URL(url).authority, now)

    def earliest(self, url: str, now: Moment) -> datetime | None:
        """Return the earliest that the clock of a venue's server may show now; None while it is not known."""
        return self.times.earliest(URL(url).authority, now)

    def server_now(self, url: str) -> datetime:
        """Return the earliest that the clock of a venue's server may show now; ours while that is not known."""
        return self.times.now_at_least(URL(url).authority)

    async def close(self) -> None:
        await self.session.close()


@cache
def _certificates() -> str:
    """Return the file of certificates that ccxt trusts; only an exchange, which is slow to build, says which."""
    _, _, kraken, _ = import_classes()
    return str(kraken({"logger": logging.getLogger("engine.brokers.ccxt")}).cafile)


def _is_unmistakable(secret: str) -> bool:
    """Return whether a secret cannot be taken for a number or a word."""
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
