"""An event loop in which waiting takes no time, and the clock that follows it."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class NothingLeftToDoError(Exception):
    """Everybody waits for somebody, and no timer will ever wake them."""


class _Timers:
    """Stands where a selector would: nothing arrives from outside, so only time passes."""

    def __init__(self, loop):
        self._loop = loop

    def select(self, timeout):
        if timeout is None:
            raise NothingLeftToDoError
        self._loop.passed_s += max(timeout, 0)
        return ()


class VirtualLoop(asyncio.BaseEventLoop):
    """One thread, no sockets, and time that jumps to the next timer."""

    def __init__(self):
        super().__init__()
        self.passed_s = 0.0
        self._selector = _Timers(self)

    def time(self):
        return self.passed_s

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class VirtualClock:
    """The engine's clock, with both hands on the loop's time."""

    def __init__(self, loop):
        self._loop = loop

    def now(self):
        return START + timedelta(seconds=self._loop.time())

    def monotonic(self):
        return self._loop.time()

    def now_ns(self):
        return int(self.now().timestamp() * 1_000_000_000)

    async def sleep(self, seconds):
        await asyncio.sleep(max(seconds, 0))
