"""One connection of a stream at a time, opened again after everything that ends it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn

import aiohttp

from engine.brokers.streams.backoff import failures_after, pause_s, rest_s
from engine.brokers.streams.connection import Socket, StreamConnection
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.websocket import StreamTerms, open_socket
from engine.brokers.venue_http import Http
from engine.clock import Clock


async def _at_once() -> None:
    """Wait for nobody: an account's orders are always wanted."""


async def keep_connected(
    connect: Callable[[], Awaitable[StreamEnd]],
    *,
    until_wanted: Callable[[], Awaitable[None]] = _at_once,
    clock: Clock,
    jitter: Callable[[], float],
) -> NoReturn:
    """Connect again and again until cancelled, with a pause that grows while connections fail."""
    failures = 0
    while True:
        await until_wanted()
        began_s = clock.monotonic()
        end = await connect()
        lasted_s = clock.monotonic() - began_s
        failures = failures_after(failures, lasted_s=lasted_s, has_failed=end.has_failed)
        rest = rest_s(end.rest_s, jitter=jitter())
        await clock.sleep(max(rest, pause_s(failures if end.has_failed else 0, jitter=jitter())))


async def hold_connection(
    terms: StreamTerms,
    http: Http,
    *,
    begin: Callable[[Socket], StreamConnection],
    lost: Callable[[StreamEnd], None],
    redact: Callable[[str], str],
) -> StreamEnd:
    """Keep one connection as long as it is good; the loss is reported before the closing handshake."""
    socket = await open_socket(terms, http, redact)
    if isinstance(socket, StreamEnd):
        lost(socket)
        return socket
    try:
        end = await begin(socket).keep()
        lost(end)
    finally:
        with suppress(aiohttp.ClientError, OSError):
            await socket.close()
    return end
