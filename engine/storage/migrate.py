"""Bringing the database to the schema of this code, with a backup before and a refusal when it is newer."""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from engine.storage.backup import Backup, backup_database, database_file
from engine.storage.direct import WRITING
from engine.storage.pool import ConnectionPool
from engine.storage.revisions import Revisions, SchemaState, schema_state
from engine.storage.swap import finish_swap, set_foreign_log_aside


class MigrationRefusedError(Exception):
    """The database was left as it is; the message states why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What a migration did; equal revisions mean nothing was to do."""

    #: None for a new database.
    from_revision: str | None
    to_revision: str
    #: None when there was nothing to lose or nothing to do.
    backup: Backup | None


def run_migrations(database_url: str, *, scripts: Path, backups: Path, now: datetime) -> Migrated:
    """Migrate the database to the newest schema; it runs its own loop, so call it from a thread or before yours.

    Raises:
        MigrationRefusedError: the database is newer than this code, or is not ours.
        BackupError: it could not be backed up first; it was not touched.

    """
    return asyncio.run(_migrate(database_url, Revisions(scripts), backups=backups, now=now))


def migration_pool(database_url: str) -> ConnectionPool:
    """Return the connection that migrations use: a table that is made anew is missed by what refers to it for a moment."""
    return ConnectionPool(database_url, size=1, wal=True, pragmas=(*WRITING, "foreign_keys=OFF"))


async def _migrate(database_url: str, revisions: Revisions, *, backups: Path, now: datetime) -> Migrated:
    file = database_file(database_url)
    if file:
        finish_swap(file)
        set_foreign_log_aside(file)
    _create_private(file)
    wanted = revisions.newest
    pool = migration_pool(database_url)
    try:
        async with pool.write() as connection:
            state = schema_state(connection)
            _refuse_foreign(state, revisions, database_url)
            if state.revision == wanted:
                return Migrated(from_revision=wanted, to_revision=wanted, backup=None)
            # The open transaction keeps other writers out, so the backup is what the migration starts from.
            name = f"before-{wanted}-from-{state.revision}-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.db"
            backup = None if state.is_empty else _back_up(database_url, backups / name)
            _upgrade(connection, revisions.scripts)
    finally:
        await pool.close()
    return Migrated(from_revision=state.revision, to_revision=wanted, backup=backup)


def _refuse_foreign(state: SchemaState, revisions: Revisions, database_url: str) -> None:
    place = database_file(database_url) or "The database"
    if state.revision is None and not state.is_empty:
        raise MigrationRefusedError(f"{place} is not a NIJA database: it has tables but no revision.")
    if state.revision is not None and state.revision not in revisions.known:
        raise MigrationRefusedError(
            f"{place} was written by a newer NIJA (revision {state.revision}; this one knows up to"
            f" {revisions.newest}). Install the newer version, or restore a backup made before it."
        )


def _back_up(database_url: str, file: Path) -> Backup | None:
    source = database_file(database_url)
    if source is None:
        return None
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return backup_database(source, file)


def _upgrade(connection: Connection, scripts: Path) -> None:
    # Ten megabytes that a bot whose database is up to date does without.
    from engine.storage.alembic_upgrade import upgrade  # noqa: PLC0415

    upgrade(connection, scripts)
    if connection.dialect.name == "sqlite":
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
        if orphans:
            raise MigrationRefusedError(
                f"The migration would leave {len(orphans)} rows without what they belong to."
            )


def _create_private(file: Path | None) -> None:
    # SQLite would create it readable by everybody; the log files beside it inherit its mode.
    if file is not None and not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
