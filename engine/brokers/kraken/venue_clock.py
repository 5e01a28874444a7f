"""Kraken's time as this machine reckons it: an order's deadline is compared with the venue's clock, not with ours."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from engine import wall_time
from engine.clock import Clock
from engine.model.errors import BrokerError

#: How long one reading serves.
SERVES_S = 300.0
#: A slower answer is too imprecise to set the clock by.
TIMEOUT_S = 2.0
#: A smaller difference is not mentioned: Kraken reports its time in whole seconds.
NOTABLE_OFFSET = timedelta(seconds=2)

_NO_OFFSET = timedelta(0)

#: How long the first order after a start waits at most for the venue's time, in which its deadline is expressed.
_FIRST_READING_S = 0.5


class VenueClock:
    """How far the venue's clock is ahead of ours, read now and then.

    It goes on by the monotonic clock, so that setting our wall clock changes nothing. It is never ahead of the
    venue's own: an order's deadline in it is never later than requested, on which the proof rests that an
    order whose answer was lost never arrived.
    """

    def __init__(self, fetch_time: Callable[[], Awaitable[datetime]], clock: Clock) -> None:
        self._fetch_time = fetch_time
        self._clock = clock
        self._read: datetime | None = None
        self._read_at = 0.0

    @property
    def offset(self) -> timedelta:
        """Return how far the venue is ahead; zero while that is not known."""
        if self._read is None:
            return _NO_OFFSET
        since = timedelta(seconds=self._clock.monotonic() - self._read_at)
        return wall_time.between(self._clock.now(), self._read + since)

    async def keep(self) -> None:
        """Read the venue's time unless it was read in the last minutes."""
        if self._read is None or self._clock.monotonic() - self._read_at > SERVES_S:
            await self.read()

    async def read_first(self) -> None:
        """Read the venue's time unless it ever was."""
        if self._read is None:
            await self.read(timeout_s=_FIRST_READING_S)

    async def read(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Read the venue's time; without an answer the last reading stands."""
        try:
            async with asyncio.timeout(timeout_s):
                venue_time = await self._fetch_time()
        except (BrokerError, TimeoutError):
            return
        self._read, self._read_at = venue_time, self._clock.monotonic()

    def shift(self, at: datetime) -> datetime:
        """Return what the venue's clock shows when ours shows `at`."""
        return at + self.offset

    async def blame(self, refusal: str) -> str:
        """Read the venue's time again after a refused deadline, and add to its message if a clock is the cause."""
        await self.read()
        return f"{refusal}; {offset}" if (offset := self.describe_offset()) else refusal

    def describe_offset(self) -> str:
        """Return how wrong our clock is, as a sentence; empty when no error is known."""
        offset = self.offset
        if abs(offset) <= NOTABLE_OFFSET:
            return ""
        side = "behind" if offset > _NO_OFFSET else "ahead of"
        return f"this machine's clock is {abs(offset).total_seconds():.0f} s {side} Kraken's"
