"""One connection of a stream: read, and believed while it proves that it lives."""

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from itertools import cycle
from typing import Any

import aiohttp

from engine.brokers.defects import no_defect_escapes
from engine.brokers.parse import MalformedAnswerError
from engine.brokers.streams.conversation import Conversation, StreamEnd, written
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Clock, Moment, moment
from engine.model.errors import BrokerError
from engine.model.venues import Venue

CHECK_S = 1.0
#: A connection on which nothing was received for so long is dead, whatever the state of its socket: with the time
#: between two checks no price is believed for more than ten seconds.
SILENCE_S = 9.0
#: What is buffered is received without waiting: after so many messages it is the turn of others, of exits above all.
TURN = 32

_FRAMES = frozenset({aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY})

Socket = aiohttp.ClientWebSocketResponse


class StreamConnection:
    """An open socket and the conversation over it."""

    def __init__(
        self,
        socket: Socket,
        conversation: Conversation,
        *,
        venue: Venue,
        clock: Clock,
        ping_every_s: float | None,
    ) -> None:
        #: When it last proved that it lives.
        self.last_received: Moment = moment(clock)
        self._socket = socket
        self._conversation = conversation
        self._venue = venue
        self._clock = clock
        self._ping_every_s = ping_every_s

    async def keep(self) -> StreamEnd:
        """Send and receive until the connection ends or falls silent."""
        parts = [
            asyncio.create_task(self._end_of(part), name=f"stream {self._venue}") for part in self._parts()
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            return next(part.result() for part in parts if part.done())
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    def _parts(self) -> tuple[Coroutine[Any, Any, StreamEnd], ...]:
        return self._read(), self._watch()

    async def _read(self) -> StreamEnd:
        """Hand what comes to the conversation; nothing else may wait here, or the venue's messages pile up."""
        conversation, turns = self._conversation, cycle(range(TURN))
        await self._send(conversation.greet())
        while conversation.end is None:
            if next(turns) == 0:
                await self._clock.sleep(0)
            message = await self._socket.receive()
            now = moment(self._clock)
            if message.type in _FRAMES:
                self.last_received = now
                await self._send(conversation.receive(message.data, now))
            elif message.type is aiohttp.WSMsgType.PING:
                self.last_received = now
                await self._socket.pong(message.data)
            elif message.type is aiohttp.WSMsgType.PONG:
                self.last_received = now
            else:
                return self._disconnected(_closing_text(message, self._socket))
        return conversation.end

    async def _watch(self) -> StreamEnd:
        """Look each second whether anything is overdue: a message, a confirmation, a second try, a ping."""
        pinged_s = self._clock.monotonic()
        while True:
            await self._clock.sleep(CHECK_S)
            now = moment(self._clock)
            if now - self.last_received > timedelta(seconds=SILENCE_S):
                return StreamEnd(Loss(LossReason.SILENT, f"nothing came for {SILENCE_S:g} s"))
            await self._send(self._conversation.check_overdue(now))
            if self._ping_every_s is not None and now.steady_s - pinged_s >= self._ping_every_s:
                pinged_s = now.steady_s
                await self._socket.ping()

    async def _end_of(self, part: Coroutine[Any, Any, StreamEnd]) -> StreamEnd:
        """Return why a part of the connection ended, whatever it failed at: a defect of ours is logged."""
        try:
            with no_defect_escapes(self._venue):
                return await self._fault_of(part)
        except BrokerError as e:
            return StreamEnd(Loss(LossReason.UNREADABLE, e.message))

    async def _fault_of(self, part: Coroutine[Any, Any, StreamEnd]) -> StreamEnd:
        try:
            return await part
        except MalformedAnswerError as e:
            return StreamEnd(Loss(LossReason.UNREADABLE, e.redacted(self._conversation.redact)))
        except (aiohttp.ClientError, OSError) as e:
            return self._disconnected(str(e))

    async def _send(self, messages: Iterable[object]) -> None:
        for message in messages:
            await self._socket.send_str(written(message))

    def _disconnected(self, message: str) -> StreamEnd:
        return StreamEnd(Loss(LossReason.DISCONNECTED, self._conversation.text(message)))


def _closing_text(message: aiohttp.WSMessage, socket: Socket) -> str:
    """Return what a connection ended with: a code, and the venue's or aiohttp's own text."""
    text = message.extra if message.type is aiohttp.WSMsgType.CLOSE else socket.exception()
    return f"{socket.close_code}{f' {text}' if text else ''}"
