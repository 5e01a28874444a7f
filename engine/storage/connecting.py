"""SQLite connections that two processes may open at once, and that a cancelled task leaves closed."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

import aiosqlite

#: How long a connection waits for another process's write before it gives up.
BUSY_TIMEOUT_MS = 5000
_AGAIN_AFTER_S = 0.001
_AGAIN_AFTER_AT_MOST_S = 0.02
_PRIMARY = 0xFF

T = TypeVar("T")


class _RollingBack(sqlite3.Connection):
    """Lets go of its locks when it is closed, also while somebody still holds one of its cursors.

    SQLite closes such a connection only when the last cursor is gone; until then its transaction stays open.
    Text that is no UTF-8 is read all the same: it is one row's fault and must not end the statement that meets it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.text_factory = partial(str, encoding="utf-8", errors="backslashreplace")

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self.rollback()
        super().close()


async def open_connection(
    database: str, *, pragmas: Sequence[str] = (), wal: bool = False, **options: Any
) -> aiosqlite.Connection:
    """Open a connection whose transactions begin only when they are told to.

    A task that is cancelled meanwhile closes what was opened before it ends.
    """
    options |= {"isolation_level": None, "factory": _RollingBack, "check_same_thread": False}
    opening = partial(aiosqlite.connect, database, **options)
    return await uninterrupted(_open(opening, pragmas, wal=wal), undo=lambda connection: connection.close())


async def uninterrupted(
    work: Coroutine[Any, Any, T], *, undo: Callable[[T], Coroutine[Any, Any, object]] | None = None
) -> T:
    """Carry out short work to its end; a cancellation takes effect after it, and after what undoes it."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if undo and not task.cancelled() and task.exception() is None:
        await uninterrupted(undo(task.result()))
    raise cancelled


async def _open(opening: Any, pragmas: Sequence[str], *, wal: bool) -> aiosqlite.Connection:
    connecting = opening()
    # Its thread must not keep a process from ending that forgot it; SQLAlchemy does the same with its own.
    connecting._thread.daemon = True  # noqa: SLF001 - there is no other way
    connection: aiosqlite.Connection = await connecting
    try:
        await connection.execute_fetchall(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if wal:
            await _switch_to_wal(connection)
        for pragma in pragmas:
            await connection.execute_fetchall(f"PRAGMA {pragma}")
    except BaseException:
        await connection.close()
        raise
    return connection


async def _switch_to_wal(connection: aiosqlite.Connection) -> None:
    # SQLite does not wait by itself for another process that is switching too.
    await wait_while_busy(partial(connection.execute_fetchall, "PRAGMA journal_mode=WAL"))


async def wait_while_busy(attempt: Callable[[], Awaitable[object]]) -> None:
    """Attempt something again while another connection holds the file, as long as a connection waits for that."""
    loop = asyncio.get_running_loop()
    deadline, pause_s = loop.time() + BUSY_TIMEOUT_MS / 1000, _AGAIN_AFTER_S
    while True:
        try:
            await attempt()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or loop.time() > deadline:
                raise
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _AGAIN_AFTER_AT_MOST_S)
        else:
            return
