"""One fetch that everybody who needs it waits for, and that goes on when one of them gives up."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SharedFetch(Generic[T]):
    """Fetches one thing at a time; concurrent callers share the fetch that is under way."""

    def __init__(self, fetch: Callable[[], Coroutine[Any, Any, T]], *, name: str) -> None:
        self._fetch = fetch
        self._name = name
        self._task: asyncio.Task[T] | None = None

    async def result(self) -> T:
        """Return what is fetched, begun now unless it is under way."""
        if self._task is None:
            self._task = asyncio.create_task(self._fetch(), name=self._name)
            self._task.add_done_callback(self._ended)
        return await asyncio.shield(self._task)

    async def close(self) -> None:
        """End what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _ended(self, task: asyncio.Task[T]) -> None:
        self._task = None
        if not task.cancelled():
            # Callers still waiting get the failure; if there are none, the next caller tries again.
            task.exception()
