"""A SQLite connection whose statements run in the thread that sends them; only what waits for the disk runs in its own."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aiosqlite

from engine.storage.connecting import uninterrupted, wait_while_busy

#: What is committed survives a power cut; who waits for the write lock lets the loop go on meanwhile.
WRITING = ("synchronous=FULL", "busy_timeout=0")


class DirectConnection:
    """SQLite answers in microseconds; to carry a statement to another thread and back costs more than it does."""

    def __init__(self, driver: aiosqlite.Connection) -> None:
        self.driver = driver
        self.raw: sqlite3.Connection = driver._conn  # noqa: SLF001 - aiosqlite itself carries every statement to its thread

    async def begin_writing(self) -> None:
        """Take the write lock: a transaction that reads first and takes it later loses updates on SQLite."""
        await wait_while_busy(self._begin_immediate)

    async def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what a statement finds outside of any transaction."""
        found = list[tuple[Any, ...]]()

        async def attempt() -> None:
            found[:] = self.raw.execute(statement).fetchall()

        await wait_while_busy(attempt)
        return found

    async def commit(self, on_commit: Callable[[], object] | None = None) -> None:
        """Commit, and call `on_commit` with it; a cancellation takes effect when it is known whether that succeeded."""
        await uninterrupted(self._commit(on_commit))

    @contextmanager
    def rolling_back(self) -> Iterator[None]:
        """Undo at the end whatever was not committed."""
        try:
            yield
        finally:
            if self.raw.in_transaction:
                self.raw.rollback()

    async def close(self) -> None:
        # In its thread: the last connection of a file writes the whole log back, which may take a while.
        await self.driver.close()

    async def _commit(self, on_commit: Callable[[], object] | None) -> None:
        await self.driver.commit()
        if on_commit is not None:
            on_commit()

    async def _begin_immediate(self) -> None:
        self.raw.execute("BEGIN IMMEDIATE")
