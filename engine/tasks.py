"""Work in flight: tasks that are known by name, started once, reported when they fail and awaited at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

#: Told the name of a task and the exception it ended with.
Report = Callable[[str, BaseException], None]


class Tasks:
    """Owns what is in flight, so that stopping the scheduler never cancels an order."""

    def __init__(self, *, report: Report) -> None:
        self._report = report
        self._running: dict[str, asyncio.Task[None]] = {}

    def spawn(self, name: str, start: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Start a task unless one of this name runs already; tell whether it was started."""
        if name in self._running:
            return False
        task = asyncio.create_task(start(), name=name)
        self._running[name] = task
        task.add_done_callback(self._ended)
        return True

    def names(self) -> tuple[str, ...]:
        """Return what is in flight."""
        return tuple(self._running)

    async def drain(self, timeout_s: float) -> tuple[str, ...]:
        """Wait for all tasks; cancel those that take too long and return their names."""
        if not self._running:
            return ()
        _, late = await asyncio.wait(self._running.values(), timeout=timeout_s)
        names = tuple(task.get_name() for task in late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return names

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task.get_name(), None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(task.get_name(), error)
