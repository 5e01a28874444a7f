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


class WallClock(VirtualClock):
    """The machine's clock as the engine reads it; it may be set while its steady hand and the venues go on."""

    def __init__(self, loop):
        super().__init__(loop)
        self._off = timedelta()
        self._offs = {self._off}

    @property
    def is_right(self):
        return not self._off

    def set_by(self, seconds):
        """Let the clock be off by so much from now on; zero puts it right."""
        self._off = timedelta(seconds=seconds)
        self._offs.add(self._off)

    def now(self):
        return super().now() + self._off

    def shown(self, at):
        """Return what this clock shows at a true time."""
        return at + self._off

    def true(self, at):
        """Return when this clock shows a time as it goes now."""
        return at - self._off

    def seconds_of(self, at):
        """Return the loop's time at which something was written down under this clock, right or wrong."""
        times = ((at - off - START).total_seconds() for off in self._offs)
        return next(one for one in times if -1 < one <= self.monotonic() + 1)
