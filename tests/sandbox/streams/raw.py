"""A bare websocket client: what it receives is what the stand-in wrote."""

import asyncio
import json
from contextlib import asynccontextmanager
from decimal import Decimal

import aiohttp


class RawClient:
    def __init__(self, socket):
        self.socket = socket

    async def send(self, **message):
        await self.socket.send_str(json.dumps(message))

    async def text(self):
        async with asyncio.timeout(5):
            return await self.socket.receive_str()

    async def receive(self, is_wanted=lambda message: True):
        """The next message that is wanted."""
        while not is_wanted(message := json.loads(await self.text(), parse_float=Decimal)):
            pass
        return message

    async def receive_all(self, count):
        return [await self.receive() for _ in range(count)]

    async def end(self):
        """Wait for the end and return its code."""
        async with asyncio.timeout(5):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code


@asynccontextmanager
async def connect(server, path):
    url = server.stream_url(path)
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        yield RawClient(socket)
