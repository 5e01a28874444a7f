"""The durable counters: a number is on disk before anybody can send it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog

from engine.clock import Clock
from engine.nonce.sequence import next_nonce
from engine.storage.connecting import open_connection
from engine.storage.direct import WRITING, DirectConnection

_LOST = "the stored nonce counter of a key cannot be read; the clock's number is used instead"
_SHOWN = 40
_PRAGMAS = (*WRITING, "foreign_keys=ON")

_READ = "SELECT last_nonce FROM nonces WHERE key_hash = ?"

_SAVE = """
INSERT INTO nonces (key_hash, last_nonce, issued_count, updated_at) VALUES (?, ?, 1, ?)
ON CONFLICT (key_hash) DO UPDATE SET
    last_nonce = excluded.last_nonce, issued_count = issued_count + 1, updated_at = excluded.updated_at
"""

_ASSIGN = """
INSERT INTO nonces (key_hash, user_id, account_id, last_nonce, issued_count, updated_at)
VALUES (?, ?, ?, 0, 0, ?)
ON CONFLICT (key_hash) DO UPDATE SET user_id = excluded.user_id, account_id = excluded.account_id
"""

_LIST = """
SELECT key_hash, last_nonce, updated_at, issued_count FROM nonces WHERE issued_count > 0 ORDER BY key_hash
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceStatus:
    """The durable counter of one key."""

    fingerprint: str
    #: None where it cannot be read, as with the two after it.
    last_nonce: int | None
    last_used_at: datetime | None
    issued: int | None
    #: Whose key it is; empty where the settings hold it no more.
    broker: str = ""


class NonceStore:
    """Counters of all API keys in one database file, written over a connection of its own.

    Several processes may use one file: the transaction takes the write lock before it reads.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._connection: DirectConnection | None = None
        self._turn = asyncio.Lock()
        #: Draws that were begun and have not ended.
        self._under_way = 0
        self._reserved = dict[str, int]()

    async def open(self) -> Self:
        """Connect to the migrated database."""
        self._connection = DirectConnection(
            await open_connection(str(self._path), wal=True, pragmas=_PRAGMAS)
        )
        return self

    async def close(self) -> None:
        """Let the transactions under way end, then disconnect."""
        async with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                await connection.close()

    async def next_nonce(self, key_hash: str) -> int:
        """Return a number higher than any before it for this key; it was committed before it is returned.

        Where the stored counter is damaged it is the clock's, and higher only if that was not set back since.
        A caller that is cancelled meanwhile loses its number and harms nobody: numbers may be skipped.
        """
        reserved = self._reserved.pop(key_hash, None)
        if reserved is not None and self._is_newest(key_hash, reserved):
            return reserved
        # The transaction runs in its own task, so that a cancellation never leaves it open.
        return await asyncio.shield(asyncio.create_task(self._issue(key_hash)))

    def reserve(self, connection: sqlite3.Connection, key_hash: str) -> None:
        """Draw a number in a transaction of the same file that writes something else too.

        The next call of the key gets it if it is on disk by then and still the newest; else that call draws its own.
        """
        self._reserved[key_hash] = self._draw(connection, key_hash)

    async def assign(self, key_hash: str, *, user_id: int, account_id: str) -> None:
        """Write down whose key a counter belongs to."""
        await asyncio.shield(asyncio.create_task(self._assign(key_hash, user_id, account_id)))

    async def list_nonces(self) -> tuple[NonceStatus, ...]:
        """Return the counter of every key that was ever used."""
        async with self._turn:
            rows = await self._opened().fetch(_LIST)
        return tuple(_status(*row) for row in rows)

    async def _issue(self, key_hash: str) -> int:
        self._under_way += 1
        try:
            async with self._turn, self._transaction() as connection:
                return self._draw(connection, key_hash)
        finally:
            self._under_way -= 1

    def _draw(self, connection: sqlite3.Connection, key_hash: str) -> int:
        row = connection.execute(_READ, (key_hash,)).fetchone()
        last = row[0] if row else None
        if row and not isinstance(last, int):
            log.error(_LOST, key=key_hash, stored=repr(last)[:_SHOWN])
        nonce = next_nonce(last if isinstance(last, int) else None, self._clock.now_ns())
        connection.execute(_SAVE, (key_hash, nonce, _stamp(self._clock.now())))
        return nonce

    def _is_newest(self, key_hash: str, nonce: int) -> bool:
        """Return whether a number is on disk and no other was drawn after it, or is about to be."""
        if self._under_way or self._turn.locked():
            return False
        try:
            row = self._opened().raw.execute(_READ, (key_hash,)).fetchone()
        except sqlite3.Error:
            # Whatever is wrong, a draw meets it too and reports it.
            return False
        return row is not None and row[0] == nonce

    async def _assign(self, key_hash: str, user_id: int, account_id: str) -> None:
        values = (key_hash, user_id, account_id, _stamp(self._clock.now()))
        async with self._turn, self._transaction() as connection:
            connection.execute(_ASSIGN, values)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[sqlite3.Connection]:
        connection = self._opened()
        await connection.begin_writing()
        with connection.rolling_back():
            yield connection.raw
            await connection.commit()

    def _opened(self) -> DirectConnection:
        if self._connection is None:
            message = "the nonce store is not open"
            raise RuntimeError(message)
        return self._connection


def _stamp(now: datetime) -> str:
    # The text SQLAlchemy writes for UtcDateTime on SQLite.
    return now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _status(key_hash: object, last_nonce: object, updated_at: str, issued: object) -> NonceStatus:
    try:
        last_used_at = datetime.fromisoformat(updated_at).replace(tzinfo=UTC)
    except (ValueError, TypeError):
        last_used_at = None
    return NonceStatus(
        fingerprint=str(key_hash),
        last_nonce=last_nonce if isinstance(last_nonce, int) else None,
        last_used_at=last_used_at,
        issued=issued if isinstance(issued, int) else None,
    )
