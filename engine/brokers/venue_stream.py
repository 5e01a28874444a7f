"""A venue's stream of prices: one connection at a time, opened again after everything that ends it."""

import asyncio
import random
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from engine.brokers.ccxt_client import redactor_for
from engine.brokers.price_stream import Loss, LossReason, PriceSink
from engine.brokers.stream_connection import CHECK_S, Socket, StreamConnection
from engine.brokers.stream_conversation import Conversation, Reading, StreamEnd
from engine.brokers.stream_demand import NameOf, StreamDemand
from engine.brokers.stream_names import NamedSink
from engine.brokers.stream_pauses import failures_after, pause_s, rest_s
from engine.brokers.stream_subscriptions import Subscriptions
from engine.brokers.venue_http import Http
from engine.clock import Clock, Moment
from engine.model.venues import Venue

CONNECT_S = 10.0
#: How long the closing handshake may take; nothing waits for it.
CLOSE_S = 1.0
_TOO_MANY = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTerms:
    """What a venue's stream is called, and what keeps and ends its connections."""

    venue: Venue
    name: str
    url: str
    #: How long an address that connected too often stays away.
    ban_s: float
    #: None where the venue sends heartbeats by itself.
    ping_every_s: float | None = None
    largest_message: int = 4 << 20
    is_whole_market: bool = True


class VenueStream:
    """A PriceStream over one connection at a time."""

    def __init__(
        self,
        terms: StreamTerms,
        converse: Callable[[Reading], Conversation],
        *,
        name_of: NameOf,
        http: Http,
        clock: Clock,
        ahead: Callable[[], timedelta],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.venue = terms.venue
        self.name = terms.name
        self.is_whole_market = terms.is_whole_market
        self._terms = terms
        self._converse = converse
        self._http = http
        self._clock = clock
        self._ahead = ahead
        self._redact = redactor_for(frozenset(http.secrets)).text
        self._jitter = jitter
        self._demand = StreamDemand(name_of)
        self._connection: StreamConnection | None = None

    @property
    def last_received(self) -> Moment | None:
        return None if self._connection is None else self._connection.last_received

    def want(self, symbols: Collection[str]) -> None:
        """Set the instruments to be subscribed from now on."""
        self._demand.want(symbols)

    def renew(self, symbols: Collection[str]) -> None:
        """Subscribe anew to instruments that another price of the venue contradicts."""
        self._demand.renew(symbols)

    async def run(self, sink: PriceSink) -> None:
        """Connect, subscribe and read until cancelled, and connect again after every fault of the venue's."""
        names, failures = NamedSink(sink), 0
        subscriptions = Subscriptions(names)
        while True:
            while not self._demand.carried():
                await self._clock.sleep(CHECK_S)
            began_s = self._clock.monotonic()
            end = await self._connect(subscriptions, names)
            failures = failures_after(failures, lasted_s=self._clock.monotonic() - began_s)
            rest = rest_s(end.rest_s, jitter=self._jitter())
            await self._clock.sleep(max(rest, pause_s(failures, jitter=self._jitter())))

    async def _connect(self, subscriptions: Subscriptions, names: NamedSink) -> StreamEnd:
        """Keep one connection as long as it is good; the loss is reported before the closing handshake."""
        socket = await self._open()
        if isinstance(socket, StreamEnd):
            self._report(subscriptions, names, socket)
            return socket
        self._connection = self._connected(socket, subscriptions, names)
        try:
            end = await self._connection.keep()
            self._report(subscriptions, names, end)
        finally:
            self._connection = None
            with suppress(aiohttp.ClientError, OSError):
                await socket.close()
        return end

    def _connected(self, socket: Socket, subscriptions: Subscriptions, names: NamedSink) -> StreamConnection:
        # What was to be subscribed anew is so with all the rest.
        self._demand.take_renewed()
        reading = Reading(subscriptions=subscriptions, ahead=self._ahead, redact=self._redact)
        return StreamConnection(
            socket,
            self._converse(reading),
            self._demand,
            names,
            venue=self.venue,
            clock=self._clock,
            ping_every_s=self._terms.ping_every_s,
            redact=self._redact,
        )

    def _report(self, subscriptions: Subscriptions, names: NamedSink, end: StreamEnd) -> None:
        wanted = names.name(self._demand.carried())
        subscriptions.forget(subscriptions.known - wanted)
        subscriptions.end(wanted, end.loss)

    async def _open(self) -> Socket | StreamEnd:
        try:
            async with asyncio.timeout(CONNECT_S):
                return await self._http.session.ws_connect(
                    self._terms.url,
                    autoping=False,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                    max_msg_size=self._terms.largest_message,
                )
        except aiohttp.WSServerHandshakeError as e:
            if e.status == _TOO_MANY:
                return StreamEnd(Loss(LossReason.BANNED, f"HTTP {e.status}"), self._terms.ban_s)
            return StreamEnd(Loss(LossReason.DISCONNECTED, f"HTTP {e.status}"))
        except (aiohttp.ClientError, OSError, TimeoutError) as e:
            return StreamEnd(Loss(LossReason.DISCONNECTED, self._redact(str(e) or type(e).__name__)))
