"""The database: one writer at a time, readers beside it, and what SQLite needs to be safe."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.storage.connecting import open_connection
from engine.storage.readable import UNREADABLE, UnreadableRows

READERS = 4


class Database:
    """Sessions for units of work: `write()` commits as a whole or not at all, `read()` cannot write.

    A write holds the only writer: nothing slow, above all no venue, may be awaited inside it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = writing_engine(url)
        self._reader = _reading_engine(url)
        #: What was found unreadable through these sessions and is so still.
        self.unreadable = UnreadableRows()
        self._write_sessions, self._read_sessions = (
            async_sessionmaker(
                engine, class_=AsyncSession, expire_on_commit=False, info={UNREADABLE: self.unreadable}
            )
            for engine in (self._writer, self._reader)
        )

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
            rows = (await connection.execute(text("PRAGMA integrity_check"))).scalars().all()
            orphans = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
        damage = [str(row) for row in rows if row != "ok"]
        damage += [f"{orphan[0]} row {orphan[1]} points to a missing {orphan[2]} row" for orphan in orphans]
        return tuple(damage)

    async def dispose(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


def is_sqlite(url: str) -> bool:
    """Return whether the database is a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"


def writing_engine(url: str, *, foreign_keys: bool = True) -> AsyncEngine:
    """Build the engine whose transactions take the write lock when they begin.

    A transaction that reads first and takes the lock later loses updates on SQLite.
    """
    if not is_sqlite(url):
        return create_async_engine(url)
    switch = "ON" if foreign_keys else "OFF"
    opening = partial(open_connection, wal=True, pragmas=("synchronous=FULL", f"foreign_keys={switch}"))
    return _sqlite_engine(url, opening, begin="BEGIN IMMEDIATE", connections=1)


def _reading_engine(url: str) -> AsyncEngine:
    if not is_sqlite(url):
        return create_async_engine(url, execution_options={"postgresql_readonly": True})
    opening = partial(open_connection, pragmas=("query_only=ON",))
    return _sqlite_engine(url, opening, begin="BEGIN", connections=READERS)


def _sqlite_engine(
    url: str, opening: Callable[..., Awaitable[object]], *, begin: str, connections: int
) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=connections, max_overflow=0, connect_args={"async_creator_fn": opening}
    )

    def began(connection: Connection) -> None:
        # The driver itself begins no transaction, and SELECT would not make it begin one.
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "begin", began)
    return engine
