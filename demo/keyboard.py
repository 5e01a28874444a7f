"""Lines typed on standard input, without ever standing in the way of the end."""

import asyncio
import contextlib
import os
import sys
import threading

_CHUNK = 4096


class Keyboard:
    """Typed lines in order; None at the end of input."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    @property
    def is_terminal(self) -> bool:
        """Whether a person types; else a script does."""
        return sys.stdin.isatty()

    def start(self) -> None:
        """Begin to read."""
        # A daemon that reads the descriptor itself: it holds no lock that the interpreter's end would wait for.
        threading.Thread(target=self._read, name="keyboard", daemon=True).start()

    async def line(self) -> str | None:
        return await self._lines.get()

    def _read(self) -> None:
        descriptor, rest = sys.stdin.fileno(), b""
        while chunk := os.read(descriptor, _CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._put(line.decode(errors="replace"))
        if rest:
            self._put(rest.decode(errors="replace"))
        self._put(None)

    def _put(self, line: str | None) -> None:
        # The loop may have ended while the thread was waiting for a key.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)
