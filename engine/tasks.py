"""Work in flight: tasks that are known by name, started once, reported when they fail and awaited at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

#: Called with the name of a task and the exception it ended with.
Report = Callable[[str, BaseException], None]


class Tasks:
    """Owns what is in flight, so that stopping the scheduler never cancels an order."""

    def __init__(self, *, report: Report) -> None:
        self._report = report
        self._running: dict[str, asyncio.Task[None]] = {}
        self._must_end: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def spawn(
        self, name: str, start: Callable[[], Coroutine[Any, Any, None]], *, must_end: bool = False
    ) -> bool:
        """Start a task unless one of this name runs already; return whether it was started.

        A task that `must_end` is waited for when the process stops; the others are cancelled.
        """
        if self._is_closed or name in self._running:
            return False
        task = asyncio.create_task(start(), name=name)
        self._running[name] = task
        if must_end:
            self._must_end.add(task)
            task.add_done_callback(self._must_end.discard)
        task.add_done_callback(self._ended)
        return True

    def names(self) -> tuple[str, ...]:
        return tuple(self._running)

    def to_finish(self) -> tuple[str, ...]:
        """Return the names of what is waited for when the process stops."""
        return tuple(task.get_name() for task in self._must_end)

    async def wait(self, name: str, *, timeout_s: float) -> None:
        """Wait until no task of this name runs, but no longer than this."""
        if (task := self._running.get(name)) is not None:
            await asyncio.wait({task}, timeout=timeout_s)

    async def drain(self, timeout_s: float) -> tuple[str, ...]:
        """Start nothing more, cancel what may be cancelled, wait for the rest; return what took too long."""
        self._is_closed = True
        for task in self._running.values():
            if task not in self._must_end:
                task.cancel()
        if self._must_end:
            await asyncio.wait(set(self._must_end), timeout=timeout_s)
        late = tuple(task.get_name() for task in self._must_end if not task.done())
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return late

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task.get_name(), None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(task.get_name(), error)
