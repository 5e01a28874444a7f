"""One connection's way out: messages in their order, and what faults do to them."""

import asyncio

from aiohttp import web

from sandbox.streams.json_text import written
from sandbox.streams.stream_faults import StreamFaults


class Wire:
    """Takes messages at once and sends them in its own task, so that the market never waits for a client."""

    def __init__(self, socket: web.WebSocketResponse, faults: StreamFaults) -> None:
        self._socket = socket
        self._faults = faults
        self._outgoing: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._overtaken: list[str | bytes] = []
        #: whether frames are binary, whatever they hold
        self.is_binary = False

    def send(self, message: object, *, is_news: bool = False) -> None:
        """Send a message, unless a fault meets it."""
        if self._faults.is_silent:
            return
        if is_news:
            self._send_news(self._frame(message))
        else:
            self._outgoing.put_nowait(self._frame(message))

    def send_raw(self, text: str | bytes) -> None:
        """Send what may be no message at all."""
        self._outgoing.put_nowait(text)

    async def run(self) -> None:
        """Send until cancelled or the client is gone."""
        while True:
            message = await self._outgoing.get()
            if isinstance(message, str):
                await self._socket.send_str(message)
            else:
                await self._socket.send_bytes(message)

    async def pong(self, payload: bytes) -> None:
        """Answer a ping."""
        if not self._faults.is_silent:
            await self._socket.pong(payload)

    async def close(self, code: int, reason: str = "") -> None:
        """End the connection in order."""
        await self._socket.close(code=code, message=reason.encode(), drain=False)

    def _frame(self, message: object) -> str | bytes:
        text = written(message)
        return text.encode() if self.is_binary else text

    def _send_news(self, text: str | bytes) -> None:
        faults = self._faults
        if faults.lost:
            faults.lost -= 1
            return
        if faults.swapped and not self._overtaken:
            faults.swapped -= 1
            self._overtaken.append(text)
            return
        copies = 2 if faults.doubled else 1
        faults.doubled -= copies - 1
        for each in [text] * copies + self._overtaken:
            self._outgoing.put_nowait(each)
        self._overtaken.clear()
