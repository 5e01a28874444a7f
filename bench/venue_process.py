"""The other end of the venue process: start it, let coins fall in it, stop it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """How long one price change took to become a sale, in milliseconds."""

    #: until somebody asked for the price
    waiting: float
    #: from there until the order came in
    path: float

    @property
    def total(self) -> float:
        """From the change to the order."""
        return self.waiting + self.path


class VenueProcess:
    """A Kraken that shares no event loop with what is measured."""

    def __init__(self, url: str, *, lines: asyncio.StreamReader, commands: asyncio.StreamWriter) -> None:
        self.url = url
        self._lines = lines
        self._commands = commands

    async def let_fall(self, coin: str) -> Reaction:
        """Let a coin fall and wait until it is sold."""
        self._commands.write(f"{coin}\n".encode())
        waiting, path = (await self._lines.readline()).split()
        return Reaction(waiting=float(waiting), path=float(path))

    async def push_fall(self, coin: str) -> float:
        """Let a coin fall and be pushed; return the milliseconds until its sale came in."""
        self._commands.write(f"push {coin}\n".encode())
        return float(await self._lines.readline())

    async def last_order_came_in_at(self) -> float:
        """Return when the latest order came in, in monotonic seconds."""
        self._commands.write(b"last\n")
        return float(await self._lines.readline())

    async def order_came_in_at(self, count: int) -> float:
        """Wait for the order of this number; return when it came in, in monotonic seconds."""
        self._commands.write(f"{count}\n".encode())
        return float(await self._lines.readline())


@asynccontextmanager
async def open_venue(*, accounts: int, coins: int = 0, delay_s: float = 0) -> AsyncIterator[VenueProcess]:
    """Start the venue and end it afterwards."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.venue", str(accounts), str(coins), str(delay_s)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if child.stdout is None or child.stdin is None:
        raise RuntimeError("a child without pipes")
    try:
        url = (await child.stdout.readline()).decode().strip()
        yield VenueProcess(url, lines=child.stdout, commands=child.stdin)
    finally:
        child.stdin.close()
        await child.wait()
