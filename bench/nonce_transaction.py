"""One durable nonce, against the same transaction written straight to sqlite3."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, spread
from engine.clock import SystemClock
from engine.nonce.store import NonceStore
from engine.storage.migrate import run_migrations
from migrations import SCRIPTS

TIMES = 1_000
_KEY = "0123456789abcdef"
_MS = 1_000
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")
_READ = "SELECT last_nonce FROM nonces WHERE key_hash = ?"
_SAVE = """
INSERT INTO nonces (key_hash, last_nonce, issued_count, updated_at) VALUES (?, ?, 1, ?)
ON CONFLICT (key_hash) DO UPDATE SET
    last_nonce = excluded.last_nonce, issued_count = issued_count + 1, updated_at = excluded.updated_at
"""


async def measure() -> Sequence[Figure]:
    """Take turns, so that whatever else the disk does meets both."""
    with tempfile.TemporaryDirectory() as folder:
        ours, floor = await asyncio.to_thread(_migrated, Path(folder))
        store = await NonceStore(ours, SystemClock()).open()
        try:
            with closing(_connect(floor)) as connection:
                samples = [(await _time_store(store), _time_raw(connection)) for _ in range(TIMES)]
        finally:
            await store.close()
    stored, raw = zip(*samples, strict=True)
    return (
        Figure(
            name="durable nonce",
            unit="ms",
            measured=spread(stored),
            floor_name="sqlite3 BEGIN IMMEDIATE, COMMIT",
            floor=spread(raw),
        ),
    )


def _migrated(folder: Path) -> tuple[Path, Path]:
    files = folder / "ours.db", folder / "floor.db"
    for file in files:
        run_migrations(f"sqlite+aiosqlite:///{file}", scripts=SCRIPTS, backups=folder, now=datetime.now(UTC))
    return files


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


async def _time_store(store: NonceStore) -> float:
    start = time.perf_counter()
    await store.next_nonce(_KEY)
    return (time.perf_counter() - start) * _MS


def _time_raw(connection: sqlite3.Connection) -> float:
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    row = connection.execute(_READ, (_KEY,)).fetchone()
    nonce = max(row[0] + 1 if row else 0, time.time_ns())
    connection.execute(_SAVE, (_KEY, nonce, datetime.now(UTC).isoformat(sep=" ")))
    connection.execute("COMMIT")
    return (time.perf_counter() - start) * _MS
