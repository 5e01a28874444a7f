"""A venue's stream of prices: one connection at a time, opened again after everything that ends it."""

import random
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta

import aiohttp

from engine.brokers.ccxt_client import redactor_for
from engine.brokers.streams.backoff import failures_after, pause_s, rest_s
from engine.brokers.streams.connection import CHECK_S, Socket
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.demand import NameOf, StreamDemand
from engine.brokers.streams.names import NamedSink
from engine.brokers.streams.price_connection import PriceConnection
from engine.brokers.streams.price_conversation import PriceConversation, Reading
from engine.brokers.streams.price_stream import LossReason, PriceSink
from engine.brokers.streams.subscriptions import Subscriptions
from engine.brokers.streams.websocket import StreamTerms, open_socket
from engine.brokers.venue_http import Http
from engine.clock import Clock, Moment


class VenuePriceStream:
    """A PriceStream over one connection at a time."""

    def __init__(
        self,
        terms: StreamTerms,
        converse: Callable[[Reading], PriceConversation],
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
        self._connection: PriceConnection | None = None

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
            lasted_s, has_failed = (
                self._clock.monotonic() - began_s,
                end.loss.reason is not LossReason.UNWANTED,
            )
            failures = failures_after(failures, lasted_s=lasted_s, has_failed=has_failed)
            rest = rest_s(end.rest_s, jitter=self._jitter())
            await self._clock.sleep(max(rest, pause_s(failures if has_failed else 0, jitter=self._jitter())))

    async def _connect(self, subscriptions: Subscriptions, names: NamedSink) -> StreamEnd:
        """Keep one connection as long as it is good; the loss is reported before the closing handshake."""
        socket = await open_socket(self._terms, self._http, self._redact)
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

    def _connected(self, socket: Socket, subscriptions: Subscriptions, names: NamedSink) -> PriceConnection:
        # What was to be subscribed anew is so with all the rest.
        self._demand.take_renewed()
        reading = Reading(subscriptions=subscriptions, ahead=self._ahead, redact=self._redact)
        return PriceConnection(
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
