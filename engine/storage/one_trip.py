"""An aiosqlite connection whose statements take one trip to its thread each, and not four.

SQLAlchemy has a driver open a cursor, executes, fetches and closes, and aiosqlite carries each of these to the thread
of the connection and back. Nothing here reads a result in parts, so one trip does all four.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import aiosqlite

_CHUNK = 64


def connect(database: str, **options: Any) -> "OneTripConnection":
    """Prepare a connection; awaiting it opens it, as with `aiosqlite.connect`."""
    return OneTripConnection(lambda: sqlite3.connect(database, **options), _CHUNK)


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors hold whole results."""

    def cursor(self) -> "OneTripCursor":  # type: ignore[override]
        """Return a cursor; it takes no trip before it executes something."""
        return OneTripCursor(self)


class OneTripCursor(aiosqlite.Cursor):
    """A cursor that is closed again in the trip that executes, whatever becomes of whoever awaits it."""

    def __init__(self, connection: OneTripConnection) -> None:
        super().__init__(connection, None)  # type: ignore[arg-type]
        self._rows: Sequence[Any] = ()

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        """Execute a statement and fetch what it finds."""
        return await self._carry_out(sqlite3.Cursor.execute, sql, parameters or ())

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Execute a statement with each of the parameters."""
        return await self._carry_out(sqlite3.Cursor.executemany, sql, parameters)

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows that were found."""
        return self._rows

    async def close(self) -> None:
        """Let go of the rows; the cursor beneath is closed already."""
        self._rows = ()

    async def _carry_out(self, execute: Callable[..., object], *arguments: object) -> Self:
        raw = self._conn._conn  # noqa: SLF001 - what aiosqlite's own cursors are made from
        self._cursor, self._rows = await self._execute(  # type: ignore[no-untyped-call]
            in_one_trip, raw, execute, *arguments
        )
        return self


def in_one_trip(
    connection: sqlite3.Connection, execute: Callable[..., object], sql: str, parameters: Any
) -> tuple[sqlite3.Cursor, Sequence[Any]]:
    """Execute, fetch and close; the cursor still knows its description, row count and last row id."""
    cursor = connection.cursor()
    try:
        execute(cursor, sql, parameters)
        return cursor, cursor.fetchall() if cursor.description else ()
    finally:
        cursor.close()
