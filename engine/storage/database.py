"""The database: one writer at a time, readers beside it, and what SQLite needs to be safe."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
from sqlalchemy import Connection, make_url

from engine.storage.direct import WRITING
from engine.storage.pool import ConnectionPool
from engine.storage.readable import UNREADABLE, UnreadableRows
from engine.storage.session import DatabaseSession

log = structlog.get_logger(__name__)

READERS = 4


class Database:
    """Sessions for units of work: `write()` commits as a whole or not at all, `read()` cannot write.

    A write holds the only writer: nothing slow, above all no venue, may be awaited inside it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = ConnectionPool(url, size=1, wal=True, pragmas=(*WRITING, "foreign_keys=ON"))
        self._readers = ConnectionPool(url, size=READERS, pragmas=("query_only=ON",))
        #: Held by what can wait: of it no more than one stands in the writer's queue.
        self._can_wait = asyncio.Lock()
        self._on_commit = list[Callable[[DatabaseSession], object]]()
        #: What was found unreadable through these sessions and is so still.
        self.unreadable = UnreadableRows()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[DatabaseSession]:
        """Open a transaction that sees no other writer; commit at the end, roll back on any exception."""
        async with self._writer.write(lambda: self._notify_all(session)) as connection:
            with self._session(connection) as session:
                yield session

    @asynccontextmanager
    async def write_history(self) -> AsyncIterator[DatabaseSession]:
        """Open a transaction as `write` does, for what nobody waits for: other writers overtake those that queue here.

        A thousand accounts are stored at once after a start; an exit's intent waits for one of them at most.
        """
        async with self._can_wait, self.write() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[DatabaseSession]:
        """Open a consistent view; keep it short, SQLite cannot tidy its log under an open one."""
        async with self._readers.read() as connection:
            with self._session(connection) as session:
                yield session

    @contextmanager
    def on_commit(self, listener: Callable[[DatabaseSession], object]) -> Iterator[None]:
        """Call a listener with each session of this process that has committed."""
        self._on_commit.append(listener)
        try:
            yield
        finally:
            self._on_commit.remove(listener)

    async def find_damage(self) -> tuple[str, ...]:
        """Return what SQLite's own checks complain about; empty means sound."""
        async with self._readers.lend() as connection:
            rows = await connection.run_long("PRAGMA integrity_check")
            orphans = await connection.run_long("PRAGMA foreign_key_check")
        damage = [str(row[0]) for row in rows if row[0] != "ok"]
        damage += [f"{orphan[0]} row {orphan[1]} points to a missing {orphan[2]} row" for orphan in orphans]
        return tuple(damage)

    async def dispose(self) -> None:
        """Close every connection."""
        await self._readers.close()
        await self._writer.close()

    def _notify_all(self, session: DatabaseSession) -> None:
        for listener in tuple(self._on_commit):
            self._notify(listener, session)

    @staticmethod
    def _notify(listener: Callable[[DatabaseSession], object], session: DatabaseSession) -> None:
        """Call a listener; what fails in it must not look like a transaction that failed, for it was committed."""
        try:
            listener(session)
        except Exception as e:
            log.exception("what follows a commit failed", exc_info=e)

    @contextmanager
    def _session(self, connection: Connection) -> Iterator[DatabaseSession]:
        session = DatabaseSession(connection, **{UNREADABLE: self.unreadable})
        try:
            yield session
        finally:
            session.close()


def is_sqlite(url: str) -> bool:
    """Return whether the database is a SQLite file."""
    return make_url(url).get_backend_name() == "sqlite"
