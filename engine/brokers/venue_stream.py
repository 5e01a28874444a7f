"""The connection that every stream keeps: opened, believed while it proves that it lives, and opened again."""

import asyncio
import random
from collections.abc import Callable, Collection, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from engine.brokers.ccxt_client import redactor_for
from engine.brokers.defects import no_defect_escapes
from engine.brokers.parse import MalformedAnswerError
from engine.brokers.price_stream import Loss, LossReason, PriceSink
from engine.brokers.stream_conversation import Conversation, NameOf, Reading, StreamEnd, written
from engine.brokers.stream_pauses import failures_after, pause_s, rest_s
from engine.brokers.streamed_symbols import StreamedSymbols
from engine.brokers.venue_http import Http
from engine.clock import Clock, Moment, moment
from engine.model.errors import BrokerError
from engine.model.venues import Venue

CHECK_S = 1.0
#: A connection on which nothing came for so long is dead, whatever its socket says: with the time between two checks
#: no price is believed for more than ten seconds.
SILENCE_S = 9.0
CONNECT_S = 10.0
#: How long a goodbye may take; nothing waits for it.
CLOSE_S = 1.0
#: Venues count messages: changes of what is wanted are sent at most so often.
SEND_PAUSE_S = 0.5
#: What is wanted may get a name without being wanted anew.
LOOK_AGAIN_S = 5.0

_TOO_MANY = 429
_FRAMES = frozenset({aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY})

Socket = aiohttp.ClientWebSocketResponse


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
        self.heard: Moment | None = None
        self._terms = terms
        self._converse = converse
        self._name_of = name_of
        self._http = http
        self._clock = clock
        self._ahead = ahead
        self._redactor = redactor_for(frozenset(http.secrets))
        self._jitter = jitter
        self._wanted = frozenset[str]()
        self._to_renew = set[str]()
        self._changed = asyncio.Event()

    def want(self, symbols: Collection[str]) -> None:
        """Set the instruments to be subscribed from now on."""
        wanted = frozenset(symbols)
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def renew(self, symbols: Collection[str]) -> None:
        """Subscribe anew to instruments that another price of the venue contradicts."""
        self._to_renew.update(symbols)
        self._changed.set()

    async def run(self, sink: PriceSink) -> None:
        """Connect, subscribe and read until cancelled, and connect again after every fault of the venue's."""
        symbols, failures = StreamedSymbols(sink), 0
        while True:
            while not self._carried():
                await self._clock.sleep(CHECK_S)
            began_s = self._clock.monotonic()
            end = await self._connect(symbols)
            failures = failures_after(failures, lasted_s=self._clock.monotonic() - began_s)
            rest = rest_s(end.rest_s, jitter=self._jitter())
            await self._clock.sleep(max(rest, pause_s(failures, jitter=self._jitter())))

    async def _connect(self, symbols: StreamedSymbols) -> StreamEnd:
        """Keep one connection as long as it is good; the loss is reported before anything waits for a goodbye."""
        socket = await self._open()
        if isinstance(socket, StreamEnd):
            self._report(symbols, socket)
            return socket
        try:
            end = await self._keep(socket, symbols)
            self._report(symbols, end)
        finally:
            self.heard = None
            with suppress(aiohttp.ClientError, OSError):
                await socket.close()
        return end

    def _report(self, symbols: StreamedSymbols, end: StreamEnd) -> None:
        carried = self._carried()
        symbols.forget(symbols.known - carried)
        symbols.end(carried, end.loss)

    def _carried(self) -> frozenset[str]:
        """Return what is wanted and has a name here: listings may be read, and stocks met, only later."""
        return frozenset(symbol for symbol in self._wanted if self._name_of(symbol) is not None)

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
            return self._disconnected(f"HTTP {e.status}")
        except (aiohttp.ClientError, OSError, TimeoutError) as e:
            return self._disconnected(str(e) or type(e).__name__)

    async def _keep(self, socket: Socket, symbols: StreamedSymbols) -> StreamEnd:
        """Talk until the connection ends or says nothing any more, or nobody wants anything of it."""
        self.heard = moment(self._clock)
        self._to_renew.clear()
        reading = Reading(
            symbols=symbols, name_of=self._name_of, ahead=self._ahead, redact=self._redactor.text
        )
        conversation = self._converse(reading)
        parts = [
            asyncio.create_task(self._end_of(part(socket, conversation)), name=f"stream {self.name}")
            for part in (self._read, self._follow, self._watch)
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            return next(part.result() for part in parts if part.done())
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    async def _end_of(self, part: Coroutine[Any, Any, StreamEnd]) -> StreamEnd:
        """Return why a part of the connection ended, whatever it failed at: a defect of ours is logged."""
        try:
            with no_defect_escapes(self.venue):
                return await self._fault_of(part)
        except BrokerError as e:
            return StreamEnd(Loss(LossReason.UNREADABLE, e.message))

    async def _fault_of(self, part: Coroutine[Any, Any, StreamEnd]) -> StreamEnd:
        try:
            return await part
        except MalformedAnswerError as e:
            return StreamEnd(Loss(LossReason.UNREADABLE, self._redactor.text(str(e))))
        except (aiohttp.ClientError, OSError) as e:
            return self._disconnected(str(e))

    async def _read(self, socket: Socket, conversation: Conversation) -> StreamEnd:
        """Hand what comes to the conversation; nothing else may wait here, or the venue's messages pile up."""
        await _send(socket, conversation.greet())
        while conversation.end is None:
            message = await socket.receive()
            now = moment(self._clock)
            if message.type in _FRAMES:
                self.heard = now
                await _send(socket, conversation.hear(message.data, now))
            elif message.type is aiohttp.WSMsgType.PING:
                self.heard = now
                await socket.pong(message.data)
            elif message.type is aiohttp.WSMsgType.PONG:
                self.heard = now
            else:
                return self._disconnected(_goodbye(message, socket))
        return conversation.end

    async def _follow(self, socket: Socket, conversation: Conversation) -> StreamEnd:
        """Send what is wanted whenever that changes; end when nothing is."""
        while carried := self._carried():
            self._changed.clear()
            now, renewed = moment(self._clock), frozenset(self._to_renew)
            self._to_renew.clear()
            await _send(socket, conversation.want(carried, now))
            await _send(socket, conversation.renew(renewed, Loss(LossReason.CONTRADICTED), now))
            await self._clock.sleep(SEND_PAUSE_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK_AGAIN_S)
        return StreamEnd(Loss(LossReason.UNWANTED))

    async def _watch(self, socket: Socket, conversation: Conversation) -> StreamEnd:
        """Look each second whether anything is overdue: a message, a confirmation, a second try, a ping."""
        pinged_s = self._clock.monotonic()
        while True:
            await self._clock.sleep(CHECK_S)
            now = moment(self._clock)
            if self.heard is None or now - self.heard > timedelta(seconds=SILENCE_S):
                return StreamEnd(Loss(LossReason.SILENT, f"nothing came for {SILENCE_S:g} s"))
            conversation.symbols.report_overdue(now)
            await _send(socket, conversation.request_again(now))
            if self._terms.ping_every_s is not None and now.steady_s - pinged_s >= self._terms.ping_every_s:
                pinged_s = now.steady_s
                await socket.ping()

    def _disconnected(self, message: str) -> StreamEnd:
        return StreamEnd(Loss(LossReason.DISCONNECTED, self._redactor.text(message)))


async def _send(socket: Socket, messages: Iterable[object]) -> None:
    for message in messages:
        await socket.send_str(written(message))


def _goodbye(message: aiohttp.WSMessage, socket: Socket) -> str:
    """Return what a connection ended with: a code, and the venue's or aiohttp's own text."""
    text = message.extra if message.type is aiohttp.WSMsgType.CLOSE else socket.exception()
    return f"{socket.close_code}{f' {text}' if text else ''}"
