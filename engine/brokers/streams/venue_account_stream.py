"""An account's private stream: one connection at a time, opened again after everything that ends it."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp

from engine.brokers.ccxt_client import redactor_for
from engine.brokers.defects import no_defect_escapes
from engine.brokers.streams.account_conversation import PERMISSION_REST_S, AccountConversation
from engine.brokers.streams.account_stream import AccountSink
from engine.brokers.streams.backoff import failures_after, pause_s, rest_s
from engine.brokers.streams.connection import StreamConnection
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.brokers.streams.websocket import StreamTerms, open_socket
from engine.brokers.venue_http import Http
from engine.clock import Clock
from engine.model.errors import BrokerError, KeyRejectedError
from engine.model.venues import Account

#: Takes every secret out of a venue's text.
Redact = Callable[[str], str]
#: Opens a conversation; it may need a token of the venue's first, which is why it may fail at a BrokerError.
Converse = Callable[[AccountSink, Redact], Awaitable[AccountConversation]]


class VenueAccountStream:
    """An AccountStream over one connection at a time."""

    def __init__(
        self,
        terms: StreamTerms,
        converse: Converse,
        *,
        account: Account,
        pushes_transfers: bool,
        http: Http,
        clock: Clock,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.account = account
        self.name = terms.name
        self.pushes_transfers = pushes_transfers
        self._terms = terms
        self._converse = converse
        self._http = http
        self._clock = clock
        self._redact = redactor_for(frozenset(http.secrets)).text
        self._jitter = jitter

    async def run(self, sink: AccountSink) -> None:
        """Connect, subscribe and read until cancelled, and connect again after every fault of the venue's."""
        failures = 0
        while True:
            began_s = self._clock.monotonic()
            end = await self._connect(sink)
            failures = failures_after(failures, lasted_s=self._clock.monotonic() - began_s)
            rest = rest_s(end.rest_s, jitter=self._jitter())
            await self._clock.sleep(max(rest, pause_s(failures, jitter=self._jitter())))

    async def _connect(self, sink: AccountSink) -> StreamEnd:
        """Keep one connection as long as it is good; the loss is reported before the closing handshake."""
        conversation = await self._begin(sink)
        if isinstance(conversation, StreamEnd):
            sink.lost(conversation.loss)
            return conversation
        socket = await open_socket(self._terms, self._http, conversation.text)
        if isinstance(socket, StreamEnd):
            sink.lost(socket.loss)
            return socket
        connection = StreamConnection(
            socket,
            conversation,
            venue=self._terms.venue,
            clock=self._clock,
            ping_every_s=self._terms.ping_every_s,
            redact=conversation.text,
        )
        try:
            end = await connection.keep()
            sink.lost(end.loss)
        finally:
            with suppress(aiohttp.ClientError, OSError):
                await socket.close()
        return end

    async def _begin(self, sink: AccountSink) -> AccountConversation | StreamEnd:
        try:
            with no_defect_escapes(self._terms.venue):
                return await self._converse(sink, self._redact)
        except KeyRejectedError as e:
            return StreamEnd(Loss(LossReason.NOT_PERMITTED, e.message), PERMISSION_REST_S)
        except BrokerError as e:
            return StreamEnd(Loss(LossReason.REFUSED, e.message))
