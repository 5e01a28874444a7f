"""A websocket endpoint of a venue: who is connected, who may not connect, and what the market pushes to them."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.streams.session import ClosedError, Session, Surroundings
from sandbox.streams.wire import Wire

#: Opens the session of a new connection.
OpenSession = Callable[[Wire, Surroundings], Session]

BEAT_S = 1.0
TOO_MANY = 429
LARGEST_FROM_CLIENT = 1 << 20


@dataclass(slots=True, kw_only=True)
class ConnectLimit:
    """How many connections an address may open in a while, and how long it is banned that opens more."""

    most: int
    within_s: float
    ban_s: float = 0.0
    _opened: deque[float] = field(default_factory=deque)
    _banned_until_s: float = 0.0

    def admits(self, now_s: float) -> bool:
        """Whether one more may be opened now; it counts."""
        while self._opened and self._opened[0] <= now_s - self.within_s:
            self._opened.popleft()
        self._opened.append(now_s)
        if len(self._opened) > self.most:
            self._banned_until_s = now_s + self.ban_s
            return False
        return now_s >= self._banned_until_s


class Endpoint:
    """Serves a path by websocket; `sessions` are the connections that are open."""

    def __init__(
        self,
        around: Surroundings,
        *,
        limit: ConnectLimit,
        open_session: OpenSession,
    ) -> None:
        self.around = around
        self.faults = around.faults
        self.limit = limit
        self.sessions: list[Session] = []
        #: how often somebody connected, refused ones included
        self.connects = 0
        #: every message that clients sent
        self.received: list[str] = []
        self._open_session = open_session
        self._transports: set[asyncio.Transport | None] = set()
        around.market.on_change(self._push)

    # what a test does

    def drop(self) -> None:
        """Cut every connection without a closing handshake."""
        for transport in tuple(self._transports):
            if transport is not None:
                transport.abort()

    def send_raw(self, text: str | bytes) -> None:
        """Send something to everybody, whatever it is."""
        for session in self.sessions:
            session.wire.send_raw(text)

    def confirm(self) -> None:
        """Confirm what was not confirmed, and go on confirming."""
        self.faults.withholds_confirmations = False
        for session in self.sessions:
            session.release()

    async def close(self, code: int, reason: str = "") -> None:
        """End every connection in order."""
        for session in tuple(self.sessions):
            await session.wire.close(code, reason)

    # serving

    async def serve(self, request: web.Request, opened: Callable[[], None]) -> web.StreamResponse:
        """Answer an upgrade and keep the connection until it ends; `opened` is called once it stands."""
        self.connects += 1
        if not self.limit.admits(self.around.monotonic()):
            return web.Response(status=TOO_MANY, text="Too Many Requests")
        socket = web.WebSocketResponse(autoping=False, max_msg_size=LARGEST_FROM_CLIENT)
        await socket.prepare(request)
        opened()
        wire = Wire(socket, self.faults)
        if self.faults.closed_at_once:
            self.faults.closed_at_once -= 1
            await wire.close(self.faults.close_code)
            return socket
        await self._keep(self._open_session(wire, self.around), socket, request)
        return socket

    async def _keep(self, session: Session, socket: web.WebSocketResponse, request: web.Request) -> None:
        transports = {request.transport} - {None}
        self._transports |= transports
        self.sessions.append(session)
        tasks = [
            asyncio.create_task(work, name="stream")
            for work in (session.wire.run(), self._read(session, socket), self._beat(session))
        ]
        try:
            session.greet()
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                await _end(session.wire, task.exception())
        finally:
            self.sessions.remove(session)
            self._transports -= transports
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            closed_in_order = socket.close_code not in {None, WSCloseCode.ABNORMAL_CLOSURE}
            session.ended(in_order=closed_in_order and not self.faults.is_silent)

    async def _read(self, session: Session, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if self.faults.is_silent:
                continue
            if message.type is WSMsgType.PING:
                await session.wire.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self.received.append(message.data)
                session.received_s = self.around.monotonic()
                session.receive(message.data)

    async def _beat(self, session: Session) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            if not self.faults.is_silent:
                session.beat()

    def _push(self) -> None:
        if not self.faults.stalls:
            for session in self.sessions:
                session.push()


async def _end(wire: Wire, error: BaseException | None) -> None:
    """Close as the venue does; a client that is gone receives nothing any more."""
    if isinstance(error, ClosedError):
        await wire.close(error.code, error.reason)
    elif error is not None and not isinstance(error, ConnectionError):
        raise error
