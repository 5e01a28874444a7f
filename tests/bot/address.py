"""An address of the owner's, to which heartbeats and alerts go."""

import asyncio
from contextlib import asynccontextmanager

from aiohttp import web
from pydantic import SecretStr


class Address:
    """An address somewhere that records what it receives."""

    def __init__(self):
        self.received, self.status, self.url = asyncio.Queue(), 200, None
        #: Answers of texts that contain a word.
        self.answers = {}
        self.headers = {}

    async def receive(self, request):
        text = (await request.json())["text"] if request.method == "POST" else "ping"
        await self.received.put(text)
        matching = (status for word, status in self.answers.items() if word in text)
        return web.Response(status=next(matching, self.status), headers=self.headers)

    @asynccontextmanager
    async def open(self):
        app = web.Application()
        app.router.add_route("*", "/s3cr3t-hook", self.receive)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = SecretStr(f"http://127.0.0.1:{runner.addresses[0][1]}/s3cr3t-hook")
        yield self
        await runner.cleanup()


def received_by(address):
    return [address.received.get_nowait() for _ in range(address.received.qsize())]
