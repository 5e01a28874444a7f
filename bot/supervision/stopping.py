"""Requests to stop the process: the first is orderly, the third immediate."""

import asyncio
import os
import signal
from collections.abc import Callable

import structlog

from bot.command_errors import CommandError

#: What a shell shows for a process ended by Ctrl-C.
EXIT_AT_ONCE = 130

log = structlog.get_logger(__name__)


class Stop:
    """The request to stop and its reason; None is an ordinary stop."""

    def __init__(self, *, end: Callable[[int], object] = os._exit) -> None:
        self._requested = asyncio.Event()
        self._signals = 0
        self._end = end
        self.reason: CommandError | None = None

    @property
    def is_requested(self) -> bool:
        return self._requested.is_set()

    def request(self, reason: CommandError | None = None) -> None:
        """Stop in order, for a reason if it is an error; the first one counts."""
        if not self.is_requested:
            self.reason = reason
            self._requested.set()

    async def wait(self) -> None:
        """Wait until a stop is requested."""
        await self._requested.wait()

    def listen(self) -> None:
        """Take SIGTERM and Ctrl-C as requests to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.on_signal, signal.Signals(number).name)

    def on_signal(self, name: str) -> None:
        """Stop at the first signal; a second changes nothing, a third ends the process at once."""
        self._signals += 1
        match self._signals:
            case 1:
                # Before the log line: a log that cannot be written must not keep the process running.
                self.request()
                log.info("stopping", signal=name)
            case 2:
                log.warning(
                    "already stopping; what is in flight is being finished; once more ends it", signal=name
                )
            case _:
                self._end(EXIT_AT_ONCE)
