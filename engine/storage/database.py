"""The database: one writer at a time, readers beside it, and what SQLite needs to be safe."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

#: How long a connection waits for another process's write before it gives up.
BUSY_TIMEOUT_MS = 5000
READERS = 4


class Database:
    """Sessions for units of work: `write()` commits as a whole or not at all, `read()` cannot write.

    A write holds the only writer: nothing slow, above all no venue, may be awaited inside it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = writing_engine(url)
        self._reader = _reading_engine(url)
        self._write_sessions = async_sessionmaker(self._writer, class_=AsyncSession, expire_on_commit=False)
        self._read_sessions = async_sessionmaker(self._reader, class_=AsyncSession, expire_on_commit=False)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that sees no other writer; commit at the end, roll back on any exception."""
        async with self._write_sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a consistent view; keep it short, SQLite cannot tidy its log under an open one."""
        async with self._read_sessions() as session:
            yield session

    async def find_damage(self) -> tuple[str, ...]:
        """Return what SQLite's own checks complain about; empty means sound."""
        if not is_sqlite(self.url):
            return ()
        async with self._reader.connect() as connection:
            words = (await connection.execute(text("PRAGMA integrity_check"))).scalars().all()
            orphans = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
        damage = [str(word) for word in words if word != "ok"]
        damage += [f"{orphan[0]} row {orphan[1]} points to a missing {orphan[2]} row" for orphan in orphans]
        return tuple(damage)

    async def dispose(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


def is_sqlite(url: str) -> bool:
    """Tell whether the database is a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def writing_engine(url: str, *, foreign_keys: bool = True) -> AsyncEngine:
    """Build the engine whose transactions take the write lock when they begin.

    A transaction that reads first and takes the lock later loses updates on SQLite.
    """
    if not is_sqlite(url):
        return create_async_engine(url)
    engine = create_async_engine(url, pool_size=1, max_overflow=0)
    switch = "ON" if foreign_keys else "OFF"
    pragmas = ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={switch}")
    _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", pragmas=pragmas)
    return engine


def _reading_engine(url: str) -> AsyncEngine:
    if not is_sqlite(url):
        return create_async_engine(url, execution_options={"postgresql_readonly": True})
    engine = create_async_engine(url, pool_size=READERS, max_overflow=0)
    _prepare_sqlite(engine, begin="BEGIN", pragmas=("query_only=ON",))
    return engine


def _prepare_sqlite(engine: AsyncEngine, *, begin: str, pragmas: tuple[str, ...]) -> None:
    def connected(connection: Any, _record: object) -> None:
        # Without this the driver itself decides when a transaction begins, and SELECT does not begin one.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", began)
