"""Databases of earlier revisions, written by plain statements."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from engine.storage.alembic_upgrade import migration_config
from engine.storage.migrate import run_migrations
from migrations import SCRIPTS
from tests.bot.database import empty_database

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
MOMENT = "2026-11-22 02:10:00.000000"


def migrate(file, scripts=SCRIPTS):
    url = f"sqlite+aiosqlite:///{file}"
    return run_migrations(url, backups=file.parent / "backups", now=NOW, scripts=scripts)


def down(file, revision="base"):
    config = migration_config(SCRIPTS)
    config.set_main_option("sqlalchemy.url", f"sqlite+aiosqlite:///{file}")
    command.downgrade(config, revision)


def old_database(file, revision):
    """Make a database that was newest, got an owner and was brought back to a revision."""
    file.write_bytes(_brought_back(revision))


@cache
def _brought_back(revision):
    with TemporaryDirectory() as folder:
        file = Path(folder) / "nija.db"
        file.write_bytes(empty_database())
        add_owner(file)
        down(file, revision)
        return file.read_bytes()


def add_owner(file):
    run(
        file,
        "INSERT INTO users (user_id, role, time_zone, language, trade_share, created_at)"
        " VALUES (7, 'owner', 'UTC', 'en', '0.05', '2026-11-22 02:10:00.000000')",
        "INSERT INTO accounts (account_id, user_id, venue, label, origin, key_fingerprint, created_at)"
        " VALUES ('env-kraken', 7, 'kraken', 'Kraken', 'env', 'f', '2026-11-22')",
    )


def run(file, *statements):
    with closing(sqlite3.connect(file)) as connection, connection:
        return [connection.execute(statement).fetchall() for statement in statements]


def insert(file, table, **values):
    names = ", ".join(values)
    with closing(sqlite3.connect(file)) as connection, connection:
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608 - names of our own
