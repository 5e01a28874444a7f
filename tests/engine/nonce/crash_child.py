"""The process that is killed: it draws numbers for several keys at once and sends each one off at once."""

import asyncio
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, time_ns

from engine.nonce.sequence import next_nonce
from engine.nonce.store import NonceStore

KEYS = 4
HOUR_NS = 3_600_000_000_000


class SteppedClock:
    """A clock that somebody sets back by up to an hour at random, also between two readings."""

    def __init__(self, dice):
        self._dice = dice
        self._behind_ns = dice.randrange(HOUR_NS)

    def now_ns(self):
        if self._dice.random() < 0.05:
            self._behind_ns = self._dice.randrange(HOUR_NS)
        return time_ns() - self._behind_ns

    def now(self):
        return datetime.fromtimestamp(self.now_ns() / 1e9, UTC)

    def monotonic(self):
        return monotonic()

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)


class ForgetfulStore:
    """The control: the same rule without a disk, as most bots have it."""

    def __init__(self, _path, clock):
        self._clock = clock
        self._last = {}

    async def open(self):
        return self

    async def next_nonce(self, key_hash):
        await asyncio.sleep(0)
        self._last[key_hash] = next_nonce(self._last.get(key_hash), self._clock.now_ns())
        return self._last[key_hash]


STORES = {"durable": NonceStore, "memory": ForgetfulStore}


async def send_for_ever(store, key, wire):
    while True:
        nonce = await store.next_nonce(key)
        os.write(wire, f"{key} {nonce}\n".encode())


async def main(kind, path, seed, wire):
    clock = SteppedClock(random.Random(seed))
    store = await STORES[kind](Path(path), clock).open()
    await asyncio.gather(*(send_for_ever(store, f"key-{number}", wire) for number in range(KEYS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
