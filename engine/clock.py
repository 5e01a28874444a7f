"""Time as an input: the engine reads a Clock and never the system's."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import total_ordering
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


@total_ordering
@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of this process on both clocks: the wall time is shown, the steady one orders and ages.

    A wall clock may be set while the process runs, so two moments are compared by the time that passed between them,
    never by what a clock on the wall showed.
    """

    at: datetime = field(compare=False)
    steady_s: float

    def __sub__(self, earlier: "Moment") -> timedelta:
        """Return how much time passed since an earlier moment."""
        return timedelta(seconds=self.steady_s - earlier.steady_s)

    def __add__(self, span: timedelta) -> "Moment":
        """Return the moment so much later."""
        return Moment(self.at + span, self.steady_s + span.total_seconds())

    def __lt__(self, other: "Moment") -> bool:
        """Return whether this one came first."""
        return self.steady_s < other.steady_s


def moment(clock: Clock) -> Moment:
    """Read both clocks together."""
    return Moment(clock.now(), clock.monotonic())
