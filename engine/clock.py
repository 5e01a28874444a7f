"""Time as an input: the engine asks a Clock and never the system."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for records, monotonic time for waiting and ages within one process."""

    def now(self) -> datetime:
        """Return the wall time in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def now_ns(self) -> int:
        """Return the wall time in nanoseconds since 1970, for nonces."""

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less only lets others run."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def now_ns(self) -> int:
        """Return the wall time in nanoseconds since 1970."""
        return time.time_ns()

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less only lets others run."""
        await asyncio.sleep(max(seconds, 0))
