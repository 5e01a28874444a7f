"""Waiting for a change without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class News:
    """Something changed: whoever waits looks again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Wake all who wait."""
        # A fresh event for the next change: whoever waits on the old one wakes exactly once.
        self._event.set()
        self._event = asyncio.Event()

    async def until(
        self, look: Callable[[], Found | None], *, timeout_s: float, missing: Callable[[], str]
    ) -> Found:
        """Look now and after every change until something is found; TimeoutError says what is missing."""
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    event = self._event
                    if (found := look()) is not None:
                        return found
                    await event.wait()
        except TimeoutError:
            raise TimeoutError(f"after {timeout_s} s: {missing()}") from None
