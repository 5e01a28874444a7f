"""A venue's stream of prices: one connection at a time, opened again after everything that ends it."""

import random
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

from engine.brokers.ccxt_client import redactor_for
from engine.brokers.streams.connection import CHECK_S, Socket
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.demand import NameOf, StreamDemand
from engine.brokers.streams.names import NamedSink
from engine.brokers.streams.price_connection import PriceConnection
from engine.brokers.streams.price_conversation import ParsedMessage, PriceConversation
from engine.brokers.streams.price_stream import PriceSink
from engine.brokers.streams.reconnecting import hold_connection, keep_connected
from engine.brokers.streams.subscriptions import Subscriptions
from engine.brokers.streams.websocket import StreamTerms
from engine.brokers.venue_http import Http
from engine.clock import Clock, Moment


class VenuePriceStream:
    """A PriceStream over one connection at a time."""

    def __init__(
        self,
        terms: StreamTerms,
        converse: Callable[[ParsedMessage], PriceConversation],
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
        self._redact = redactor_for(http).text
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
        names = NamedSink(sink)
        subscriptions = Subscriptions(names)
        try:
            await keep_connected(
                partial(self._connect, subscriptions, names),
                until_wanted=self._until_wanted,
                clock=self._clock,
                jitter=self._jitter,
            )
        finally:
            self._connection = None

    async def _until_wanted(self) -> None:
        while not self._demand.carried():
            await self._clock.sleep(CHECK_S)

    async def _connect(self, subscriptions: Subscriptions, names: NamedSink) -> StreamEnd:
        return await hold_connection(
            self._terms,
            self._http,
            begin=partial(self._begin, subscriptions, names),
            lost=partial(self._report, subscriptions, names),
            redact=self._redact,
        )

    def _begin(self, subscriptions: Subscriptions, names: NamedSink, socket: Socket) -> PriceConnection:
        # What was to be subscribed anew is so with all the rest.
        self._demand.take_renewed()
        reading = ParsedMessage(subscriptions=subscriptions, ahead=self._ahead, redact=self._redact)
        self._connection = PriceConnection(
            socket,
            self._converse(reading),
            self._demand,
            names,
            venue=self.venue,
            clock=self._clock,
            ping_every_s=self._terms.ping_every_s,
        )
        return self._connection

    def _report(self, subscriptions: Subscriptions, names: NamedSink, end: StreamEnd) -> None:
        self._connection = None
        wanted = names.name(self._demand.carried())
        subscriptions.forget(subscriptions.known - wanted)
        subscriptions.end(wanted, end.loss)
