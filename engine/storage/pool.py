"""Connections to one SQLite file, opened when they are needed and lent to one unit of work at a time."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from engine.storage.connecting import open_connection
from engine.storage.direct import DirectConnection

_INTERRUPT_EVERY_S = 0.02

_opened = ContextVar[sqlite3.Connection]("opened")
#: Compiles each statement once for all connections; it opens none itself.
_CORE = create_engine("sqlite://", creator=_opened.get, poolclass=NullPool, query_cache_size=2000)


class RolledBackError(Exception):
    """The transaction was over before it was committed."""


class PooledConnection:
    """A connection as SQLAlchemy's Core uses it, and the transactions on it."""

    def __init__(self, direct: DirectConnection) -> None:
        self._direct = direct
        self._raw = direct.raw
        _opened.set(self._raw)
        self.core: Connection = _CORE.connect()
        # For SQLAlchemy it is always in a transaction: where one begins and ends on disk is decided below.
        self.core.begin()
        self.rolling_back = direct.rolling_back

    async def begin_writing(self) -> None:
        """Take the write lock."""
        with _database_errors("BEGIN IMMEDIATE"):
            await self._direct.begin_writing()

    def begin_reading(self) -> None:
        """Open a view that no later commit changes."""
        with _database_errors("BEGIN"):
            self._raw.execute("BEGIN")

    async def commit(self, on_commit: Callable[[], object] | None = None) -> None:
        """Commit, then call `on_commit`; a cancellation takes effect after both.

        Raises:
            RolledBackError: SQLite ended the transaction at an error that somebody let pass; nothing is on disk.

        """
        if not self._raw.in_transaction:
            raise RolledBackError
        with _database_errors("COMMIT"):
            await self._direct.commit(on_commit)

    async def run_long(self, statement: str) -> list[Any]:
        """Return what a statement finds that may take a while, such as one that reads the whole file."""
        work = asyncio.ensure_future(self._direct.driver.execute_fetchall(statement))
        try:
            with _database_errors(statement):
                return list(await asyncio.shield(work))
        except asyncio.CancelledError:
            # Whoever gets the connection next would wait for it in the loop's own thread. Again and again, because
            # nothing is interrupted that has not begun yet.
            while not work.done():
                self._raw.interrupt()
                await asyncio.wait({work}, timeout=_INTERRUPT_EVERY_S)
            raise

    async def close(self) -> None:
        await self._direct.close()
        self.core.invalidate()
        self.core.close()


class ConnectionPool:
    """At most `size` connections to one file; who comes when all are lent waits for one."""

    def __init__(self, url: str, *, size: int, pragmas: Sequence[str], wal: bool = False) -> None:
        self._url = make_url(url).set(drivername="sqlite")
        self._pragmas = pragmas
        self._wal = wal
        self._turns = asyncio.Semaphore(size)
        self._free = list[PooledConnection]()
        self._closed = False

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[PooledConnection]:
        """Lend a connection that nobody else uses meanwhile."""
        async with self._turns:
            connection = self._free.pop() if self._free else await self._open()
            try:
                yield connection
            finally:
                if self._closed:
                    await connection.close()
                else:
                    self._free.append(connection)

    @asynccontextmanager
    async def write(self, on_commit: Callable[[], object] | None = None) -> AsyncIterator[Connection]:
        """Open a transaction that sees no other writer; commit at the end, roll back on any exception.

        `on_commit` is called once it is committed, whether or not its caller was cancelled meanwhile.
        """
        async with self.lend() as connection:
            await connection.begin_writing()
            with connection.rolling_back():
                yield connection.core
                await connection.commit(on_commit)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """Open a view that no later commit changes."""
        async with self.lend() as connection:
            connection.begin_reading()
            with connection.rolling_back():
                yield connection.core

    async def close(self) -> None:
        """Close every connection; those that are lent as soon as they come back."""
        self._closed = True
        while self._free:
            await self._free.pop().close()

    async def _open(self) -> PooledConnection:
        (file,), options = _CORE.dialect.create_connect_args(self._url)
        with _database_errors("opening"):
            driver = await open_connection(file, pragmas=self._pragmas, wal=self._wal, **options)
        return PooledConnection(DirectConnection(driver))


@contextmanager
def _database_errors(statement: str) -> Iterator[None]:
    """Raise SQLite's errors as SQLAlchemy does those of all other statements."""
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error
