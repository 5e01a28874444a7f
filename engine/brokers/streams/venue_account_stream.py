"""An account's private stream: one connection at a time, opened again after everything that ends it."""

import random
from collections.abc import Awaitable, Callable
from functools import partial

from engine.brokers.ccxt_client import redactor_for
from engine.brokers.defects import no_defect_escapes
from engine.brokers.streams.account_conversation import PERMISSION_REST_S, AccountConversation
from engine.brokers.streams.account_stream import AccountSink
from engine.brokers.streams.connection import Socket, StreamConnection
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.brokers.streams.reconnecting import hold_connection, keep_connected
from engine.brokers.streams.websocket import StreamTerms
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
        self._redact = redactor_for(http).text
        self._jitter = jitter

    async def run(self, sink: AccountSink) -> None:
        """Connect, subscribe and read until cancelled, and connect again after every fault of the venue's."""
        await keep_connected(partial(self._connect, sink), clock=self._clock, jitter=self._jitter)

    async def _connect(self, sink: AccountSink) -> StreamEnd:
        conversation = await self._open(sink)
        if isinstance(conversation, StreamEnd):
            sink.lost(conversation.loss)
            return conversation
        return await hold_connection(
            self._terms,
            self._http,
            begin=partial(self._begin, conversation),
            lost=lambda end: sink.lost(end.loss),
            redact=conversation.text,
        )

    def _begin(self, conversation: AccountConversation, socket: Socket) -> StreamConnection:
        return StreamConnection(
            socket,
            conversation,
            venue=self._terms.venue,
            clock=self._clock,
            ping_every_s=self._terms.ping_every_s,
        )

    async def _open(self, sink: AccountSink) -> AccountConversation | StreamEnd:
        try:
            with no_defect_escapes(self._terms.venue):
                return await self._converse(sink, self._redact)
        except KeyRejectedError as e:
            return StreamEnd(Loss(LossReason.NOT_PERMITTED, e.message), PERMISSION_REST_S)
        except BrokerError as e:
            return StreamEnd(Loss(LossReason.REFUSED, e.message))
