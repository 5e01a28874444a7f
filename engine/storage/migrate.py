"""Bringing the database to the schema of this code, with a backup before and a refusal when it is newer."""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from engine.storage.backup import Backup, backup_database, database_file
from engine.storage.direct import WRITING
from engine.storage.pool import ConnectionPool
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """The schema a database has, beside the one this code wants."""

    revision: str | None
    wanted: str
    is_empty: bool


def run_migrations(database_url: str, *, scripts: Path, backups: Path, now: datetime) -> Migrated:
    """Migrate the database to the newest schema; it runs its own loop, so call it from a thread or before yours.

    Raises:
        MigrationRefusedError: the database is newer than this code, or is not ours.
        BackupError: it could not be backed up first; it was not touched.

    """
    return asyncio.run(_migrate(database_url, migration_config(scripts), backups=backups, now=now))


def migration_config(scripts: Path) -> Config:
    """Return alembic's settings for a folder of migration scripts."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    return config


def migration_pool(database_url: str) -> ConnectionPool:
    """Return the connection that migrations use: a table that is made anew is missed by what refers to it for a moment."""
    return ConnectionPool(database_url, size=1, wal=True, pragmas=(*WRITING, "foreign_keys=OFF"))


async def _migrate(database_url: str, config: Config, *, backups: Path, now: datetime) -> Migrated:
    file = database_file(database_url)
    if file:
        finish_swap(file)
        set_foreign_log_aside(file)
    _create_private(file)
    scripts = ScriptDirectory.from_config(config)
    pool = migration_pool(database_url)
    try:
        async with pool.write() as connection:
            state = _look(connection, scripts)
            _refuse_foreign(state, scripts, database_url)
            if state.revision == state.wanted:
                return Migrated(from_revision=state.revision, to_revision=state.wanted, backup=None)
            # The open transaction keeps other writers out, so the backup is what the migration starts from.
            backup = None if state.is_empty else _back_up(database_url, state, backups, now)
            _upgrade(connection, config)
    finally:
        await pool.close()
    return Migrated(from_revision=state.revision, to_revision=state.wanted, backup=backup)


def _look(connection: Connection, scripts: ScriptDirectory) -> SchemaState:
    tables = set(inspect(connection).get_table_names())
    return SchemaState(
        revision=MigrationContext.configure(connection).get_current_revision(),
        wanted=scripts.get_current_head() or "",
        is_empty=tables <= {"alembic_version"},
    )


def _refuse_foreign(state: SchemaState, scripts: ScriptDirectory, database_url: str) -> None:
    place = database_file(database_url) or "The database"
    if state.revision is None and not state.is_empty:
        raise MigrationRefusedError(f"{place} is not a NIJA database: it has tables but no revision.")
    known = {script.revision for script in scripts.walk_revisions()}
    if state.revision is not None and state.revision not in known:
        raise MigrationRefusedError(
            f"{place} was written by a newer NIJA (revision {state.revision}; this one knows up to"
            f" {state.wanted}). Install the newer version, or restore a backup made before it."
        )


def _back_up(database_url: str, state: SchemaState, backups: Path, now: datetime) -> Backup | None:
    source = database_file(database_url)
    if source is None:
        return None
    backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"before-{state.wanted}-from-{state.revision}-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.db"
    return backup_database(source, backups / name)


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
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
