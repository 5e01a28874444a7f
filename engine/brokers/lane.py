"""The queue in front of one key: exits go first, and where numbers must arrive in order calls go one by one."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.brokers.base import Priority
from engine.brokers.budget import Budget

T = TypeVar("T")

#: How long an exit waits for an unanswered call before it overtakes it.
EXIT_MAX_WAIT_S = 0.25


@dataclass(slots=True, eq=False, kw_only=True)
class _QueuedCall:
    """One call that waits for its turn or has it."""

    priority: Priority
    cost: float
    queued_at: float
    admitted: asyncio.Future[None]

    @property
    def is_exit(self) -> bool:
        return self.priority is Priority.EXIT


class Lane:
    """Admits the calls of one key, the most urgent first.

    In a serial lane one call at a time is under way until it is answered. An exit waits at most
    `EXIT_MAX_WAIT_S` for another call to be answered, then overtakes it; nothing follows an exit until
    that is answered. In a parallel lane exits never wait and other calls are limited in number.
    Calls that cost points wait for them, exits with the reserve at hand.
    Waiting is measured on the event loop's own clock.
    """

    def __init__(self, *, budget: Budget, serial: bool, width: int = 1) -> None:
        self._budget = budget
        self._serial = serial
        self._width = width
        self._waiting: list[tuple[Priority, bool, int, _QueuedCall]] = []
        self._running: set[_QueuedCall] = set()
        self._arrivals = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, call: Callable[[], Awaitable[T]], *, priority: Priority, cost: float = 1) -> T:
        """Wait for this call's turn, make it and return its answer."""
        queued = await self._enter(priority, cost)
        try:
            return await call()
        finally:
            self._running.discard(queued)
            self._admit()

    def drain(self) -> None:
        """Hold back what costs points until some have come in again."""
        self._budget.drain(now=_now())

    async def _enter(self, priority: Priority, cost: float) -> _QueuedCall:
        admitted = asyncio.get_running_loop().create_future()
        queued = _QueuedCall(priority=priority, cost=cost, queued_at=_now(), admitted=admitted)
        # what costs nothing (orders) never stands behind what waits for points
        heapq.heappush(self._waiting, (priority, cost > 0, next(self._arrivals), queued))
        self._admit()
        try:
            await admitted
        except asyncio.CancelledError:
            self._give_up(queued)
            raise
        return queued

    def _give_up(self, queued: _QueuedCall) -> None:
        self._running.discard(queued)
        self._waiting = [entry for entry in self._waiting if entry[-1] is not queued]
        heapq.heapify(self._waiting)
        self._admit()

    def _admit(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            queued = self._waiting[0][-1]
            if queued.admitted.cancelled():
                heapq.heappop(self._waiting)
                continue
            wait_s = self._wait_s(queued)
            if wait_s is None:
                return
            if wait_s > 0:
                self._timer = asyncio.get_running_loop().call_later(wait_s, self._admit)
                return
            self._start(queued)

    def _start(self, queued: _QueuedCall) -> None:
        heapq.heappop(self._waiting)
        if self._serial:
            self._running.clear()  # what is still unanswered has been overtaken
        self._running.add(queued)
        self._budget.take(queued.cost, now=_now())
        queued.admitted.set_result(None)

    def _wait_s(self, queued: _QueuedCall) -> float | None:
        """Return how long a call has to wait, None until another one is answered."""
        points_s = self._budget.wait_s(queued.cost, now=_now(), is_exit=queued.is_exit)
        if points_s > 0:
            return points_s
        return self._exit_turn_s(queued) if queued.is_exit else self._other_turn_s()

    def _exit_turn_s(self, queued: _QueuedCall) -> float | None:
        if not self._serial or not self._running:
            return 0
        if any(other.is_exit for other in self._running):
            return None
        return queued.queued_at + EXIT_MAX_WAIT_S - _now()

    def _other_turn_s(self) -> float | None:
        others = sum(not running.is_exit for running in self._running)
        return None if (self._serial and self._running) or others >= self._width else 0


def _now() -> float:
    return asyncio.get_running_loop().time()
