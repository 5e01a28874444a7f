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

#: Where no reading was made for so long because exits take all points, the first that waits so long gets the next ones:
#: exits must know what became of their accounts. Two of them, which an account takes, fit into one reading's time.
READ_MAX_WAIT_S = 12.0


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
    Calls that cost points wait for them, exits with the reserve at hand. What costs none, as every order, waits for no
    point, and a reading that is overdue (`READ_MAX_WAIT_S`) gets the next ones.
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
        #: When the last reading was admitted; before the first one each counts from when it was queued.
        self._read_at = float("-inf")

    @property
    def is_short_of_points(self) -> bool:
        """Return whether a call waits for points and not for the venue."""
        return any(self._points_s(queued) > 0 for *_, queued in self._waiting)

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
        self._take_out(queued)
        self._admit()

    def _take_out(self, queued: _QueuedCall) -> None:
        self._waiting = [entry for entry in self._waiting if entry[-1] is not queued]
        heapq.heapify(self._waiting)

    def _admit(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (queued := self._next()) is not None:
            wait_s = self._wait_s(queued)
            if wait_s is None:
                return
            if wait_s > 0:
                self._timer = asyncio.get_running_loop().call_at(self._look_again_at(wait_s), self._admit)
                return
            self._start(queued)

    def _next(self) -> _QueuedCall | None:
        """Return whose turn it is: the most urgent call, or an overdue reading where points do not suffice for both."""
        while self._waiting and self._waiting[0][-1].admitted.cancelled():
            heapq.heappop(self._waiting)
        if not self._waiting:
            return None
        first, reading = self._waiting[0][-1], self._first_reading()
        if reading is None or not first.cost or not self._is_overdue(reading) or self._other_turn_s() != 0:
            return first
        both_s = self._budget.wait_s(first.cost + reading.cost, now=_now(), with_reserve=True)
        return reading if both_s > 0 else first

    def _first_reading(self) -> _QueuedCall | None:
        waiting = (queued for *_, queued in sorted(self._waiting) if not queued.admitted.cancelled())
        return next((queued for queued in waiting if queued.priority is Priority.READ and queued.cost), None)

    def _due_at(self, reading: _QueuedCall) -> float:
        return max(reading.queued_at, self._read_at) + READ_MAX_WAIT_S

    def _is_overdue(self, queued: _QueuedCall) -> bool:
        return queued.priority is Priority.READ and _now() >= self._due_at(queued)

    def _look_again_at(self, wait_s: float) -> float:
        """Return when a waiting call may have its turn, or the first reading becomes overdue."""
        at, reading = _now() + wait_s, self._first_reading()
        return at if reading is None or self._is_overdue(reading) else min(at, self._due_at(reading))

    def _start(self, queued: _QueuedCall) -> None:
        self._take_out(queued)
        if queued.priority is Priority.READ:
            self._read_at = _now()
        if self._serial:
            self._running.clear()  # what is still unanswered has been overtaken
        self._running.add(queued)
        self._budget.take(queued.cost, now=_now())
        queued.admitted.set_result(None)

    def _wait_s(self, queued: _QueuedCall) -> float | None:
        """Return how long a call has to wait, None until another one is answered."""
        points_s = self._points_s(queued)
        if points_s > 0:
            return points_s
        return self._exit_turn_s(queued) if queued.is_exit else self._other_turn_s()

    def _points_s(self, queued: _QueuedCall) -> float:
        with_reserve = queued.is_exit or self._is_overdue(queued)
        return self._budget.wait_s(queued.cost, now=_now(), with_reserve=with_reserve)

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
