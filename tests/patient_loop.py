"""An event loop and clock on which waiting takes no time, beside real sockets, real threads and a real database.

Time stands still while anything can still happen by itself: a callback is ready, a database thread works, or
bytes are under way on loopback. Only when everything waits for a timer does the clock jump to that timer.
"""

import asyncio
import heapq
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from queue import SimpleQueue

import aiosqlite
from aiosqlite.core import set_exception, set_result

#: How long loopback may take to hand over a request or an answer that is known to be under way.
UNDER_WAY_S = 2.0
INSTANT_S = 1e-9

START = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class PatientLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        super().__init__()
        self._passed_s = 0.0
        self._threads = 0
        #: tells whether a request or an answer is between two sockets
        self.is_under_way: Callable[[], bool] = lambda: False

    def time(self):
        return self._passed_s

    def run_in_executor(self, executor, func, *args):
        """Run it there and keep time standing meanwhile, also when what is returned here is cancelled."""
        if executor is None and self._default_executor is None:
            self.set_default_executor(ThreadPoolExecutor())
        work = (executor or self._default_executor).submit(func, *args)
        future = asyncio.wrap_future(work, loop=self)
        self._expect(asyncio.wrap_future(work, loop=self))
        return future

    def answering(self, future):
        """Return what a thread has to answer instead of a future; time stands until then, also if that is cancelled."""
        answer = self.create_future()
        self._expect(answer)
        answer.add_done_callback(partial(_pass_on, future))
        return answer

    def _expect(self, answer):
        self._threads += 1
        answer.add_done_callback(self._answered)

    def _answered(self, answer):
        self._threads -= 1
        if not answer.cancelled():
            answer.exception()  # whoever awaits it gets it from a future of his own

    def _run_once(self):
        if not self._ready and not self._threads:
            self._jump()
        super()._run_once()

    def _jump(self):
        while self._scheduled and self._scheduled[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(self._scheduled)._scheduled = False
        if self._scheduled and not self._hears_something():
            # A timer set for less than the clock can show would else be due for ever.
            self._passed_s = max(self._passed_s + INSTANT_S, self._scheduled[0]._when)

    def _hears_something(self):
        # Loopback hands bytes over while they are sent, so what nobody knows of is mostly there already. To wait for
        # it here would be a millisecond with each jump: longer than all that happens between most of them.
        if self._selector.select(0):
            return True
        return self.is_under_way() and bool(self._selector.select(UNDER_WAY_S))


class WatchedQueue(SimpleQueue):
    """The queue of an aiosqlite thread; the loop knows of the work in it.

    Work for which SQLite waits for nobody is done at once and answered in the loop's next turn, as by a thread that is
    very fast: whatever is done inside a transaction, and what only prepares or ends one. Whatever opens a connection
    or takes a lock may wait for another program, and is left to the thread. Any thread may use the connections.
    """

    def __init__(self):
        super().__init__()
        self._in_thread = deque()

    def put_nowait(self, work):
        future, function = work
        if future is None or not isinstance(future.get_loop(), PatientLoop):
            super().put_nowait(work)
        elif not self._in_thread and self._waits_for_nobody(function):
            _answer(future, function)
        else:
            self._in_thread.append(function)
            super().put_nowait((future.get_loop().answering(future), self._carry_out))

    def _carry_out(self):
        try:
            return self._in_thread[0]()
        finally:
            self._in_thread.popleft()

    def _waits_for_nobody(self, function):
        connection = _connection_of(function)
        if not isinstance(connection, sqlite3.Connection):
            return False
        return function.func.__name__ == "rollback" or _is_in_transaction(connection)


def _is_in_transaction(connection):
    try:
        return connection.in_transaction
    except sqlite3.ProgrammingError:
        # It is closed.
        return False


def _pass_on(future, answer):
    if error := answer.exception():
        set_exception(future, error)
    else:
        set_result(future, answer.result())


def _connection_of(function):
    """Return the connection that a piece of work uses."""
    of = getattr(getattr(function, "func", None), "__self__", None)
    return of._connection if isinstance(of, aiosqlite.Connection) else of


def _answer(future, function):
    try:
        answer = partial(set_result, future, function())
    except sqlite3.Error as error:
        answer = partial(set_exception, future, error)
    future.get_loop().call_soon(answer)


class LoopClock:
    """The clock of a patient loop: both its hands move only when the loop jumps, or somebody sets them."""

    def __init__(self, loop, *, start):
        self._loop = loop
        self._start = start
        self._set_by = timedelta()

    def set_by(self, seconds):
        """Set the machine's wall clock forward or back; the venues' clocks go on as they were."""
        self._set_by += timedelta(seconds=seconds)

    def true_now(self):
        return self._start + timedelta(seconds=self._loop.time())

    def now(self):
        return self.true_now() + self._set_by

    def monotonic(self):
        return self._loop.time()

    def now_ns(self):
        began = int((self._start + self._set_by).timestamp()) * 1_000_000_000
        return began + int(self._loop.time() * 1_000_000_000)

    async def sleep(self, seconds):
        await asyncio.sleep(max(seconds, 0))
