"""The engine's database port over SQLite in this thread: the real repositories, no thread, no disk.

A transaction runs through without letting anybody else run, which is one of the orders that the real database
with its single writer allows; tasks take turns before and after it.
"""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from engine.alerts.table import AlertRow
from engine.model.venues import Venue
from engine.storage.readable import UNREADABLE, UnreadableRows
from engine.storage.session import DatabaseSession
from engine.storage.statements import plain_table
from engine.tables import metadata
from engine.users.accounts import KeyOrigin, environment_account_id
from engine.users.roles import Role
from engine.users.table import AccountRow, UserRow

OWNER_ID = 7
_ALERTS = plain_table(AlertRow)
_BEFORE_ANYTHING = datetime(2026, 1, 1, tzinfo=UTC)


class InlineSession(DatabaseSession):
    """A session at each of whose statements the process may end."""

    def __init__(self, connection, before_statement, **info):
        super().__init__(connection, **info)
        self._before_statement = before_statement

    async def send(self, statement, **values):
        self._before_statement()
        return await super().send(statement, **values)

    async def fetch(self, statement, **values):
        self._before_statement()
        return await super().fetch(statement, **values)

    async def change(self, statement, **values):
        written = statement.statement
        self._before_statement(writes_alert=written.is_insert and written.table is _ALERTS)
        return await super().change(statement, **values)


class Store:
    """One SQLite in memory, emptied for each scenario; what was committed survives every crash."""

    def __init__(self):
        self._engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        event.listen(self._engine, "connect", _hand_over_transactions)
        # Kept for all sessions, which never overlap: fetching and returning it each time is a tenth of a scenario.
        self.connection = self._engine.connect()
        self._template = sqlite3.connect(":memory:")
        metadata.create_all(self._engine)
        with Session(self.connection) as session:
            session.add(_owner())
            session.flush()
            session.add_all(_account(venue) for venue in Venue)
            session.commit()
        self._raw = self._engine.raw_connection().driver_connection
        self._raw.backup(self._template)

    def empty(self):
        # A process that was killed or a scenario that was broken off may have left its transaction open.
        self.roll_back()
        self._template.backup(self._raw)

    @contextmanager
    def transaction(self):
        """Open the transaction of what is written; what only reads runs through without one."""
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.roll_back()
            raise
        self._raw.commit()

    def roll_back(self):
        self._raw.rollback()

    def rows(self, sql, *values):
        """Look at what is committed, past the engine."""
        return self.cursor(sql, *values).fetchall()

    def cursor(self, sql, *values):
        return self._raw.execute(sql, values)


class InlineDatabase:
    """What one life of the process sees of the store."""

    def __init__(self, store, life):
        self._store = store
        self._life = life
        self._inside = set()
        self._on_commit = []
        self.unreadable = UnreadableRows()

    @asynccontextmanager
    async def write(self):
        await self._life.take_turns()
        self._life.crash_before_commit()
        with self._alone(), self._store.transaction(), self._session() as session:
            yield session
            self._before_statement()
        self._life.crash_after_commit()
        for listener in self._on_commit:
            listener(session)
        await self._life.take_turns()

    def write_history(self):
        """Open a transaction as `write` does: here nobody waits for a writer."""
        return self.write()

    @contextmanager
    def on_commit(self, listener):
        self._on_commit.append(listener)
        yield
        self._on_commit.remove(listener)

    @asynccontextmanager
    async def read(self):
        await self._life.take_turns()
        with self._alone(), self._session() as session:
            yield session
        await self._life.take_turns()

    def _session(self):
        info = {UNREADABLE: self.unreadable}
        return closing(InlineSession(self._store.connection, self._before_statement, **info))

    def is_inside(self):
        """Tell whether this task has a transaction open, in which nothing slow may be awaited."""
        return asyncio.current_task() in self._inside

    def _alone(self):
        return _Member(self._inside, asyncio.current_task())

    def _before_statement(self, *, writes_alert=False):
        self._life.check()
        if writes_alert:
            self._life.crash_here("alert write")


class _Member:
    def __init__(self, group, one):
        self._group, self._one = group, one

    def __enter__(self):
        self._group.add(self._one)

    def __exit__(self, *_):
        self._group.discard(self._one)


def _hand_over_transactions(connection, _record):
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def _owner():
    return UserRow(
        user_id=OWNER_ID,
        role=Role.OWNER,
        time_zone="UTC",
        language="en",
        created_at=_BEFORE_ANYTHING,
    )


def _account(venue):
    return AccountRow(
        account_id=environment_account_id(venue),
        user_id=OWNER_ID,
        venue=venue,
        label=venue.label,
        origin=KeyOrigin.ENVIRONMENT,
        key_fingerprint=f"key of {venue}",
        created_at=_BEFORE_ANYTHING,
    )
