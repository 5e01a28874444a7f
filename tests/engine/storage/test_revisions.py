"""What alembic knows of the revisions is read off their files and off the database without it."""

import subprocess
import sys

from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from engine.storage.alembic_upgrade import migration_config
from engine.storage.migrate import run_migrations
from engine.storage.revisions import Revisions, SchemaState, schema_state
from migrations import SCRIPTS
from tests.engine.storage.stored import NOW

MIGRATE = """
import sys
from datetime import UTC, datetime
from pathlib import Path

import bot.lifecycle
from engine.storage.migrate import run_migrations
from migrations import SCRIPTS

run_migrations(sys.argv[1], scripts=SCRIPTS, backups=Path(sys.argv[2]), now=datetime.now(UTC))
print("alembic" in sys.modules)
"""


def state_of(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = schema_state(connection)
    engine.dispose()
    return found


def test_the_files_are_named_after_alembics_revisions():
    directory = ScriptDirectory.from_config(migration_config(SCRIPTS))

    assert Revisions(SCRIPTS).known == {script.revision for script in directory.walk_revisions()}
    assert Revisions(SCRIPTS).newest == directory.get_current_head()


def test_a_database_without_a_table_is_empty_and_has_no_revision():
    assert state_of("sqlite://") == SchemaState(revision=None, is_empty=True)


def test_a_database_of_somebody_else_is_not_empty(tmp_path):
    url = f"sqlite:///{tmp_path / 'other.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE songs (name TEXT)"))
    engine.dispose()

    assert state_of(url) == SchemaState(revision=None, is_empty=False)


def test_an_up_to_date_database_is_opened_without_alembic(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'nija.db'}"
    run_migrations(url, scripts=SCRIPTS, backups=tmp_path, now=NOW)

    program = [sys.executable, "-c", MIGRATE, url, str(tmp_path)]
    again = subprocess.run(program, capture_output=True, text=True, check=True)

    assert again.stdout.strip() == "False"
    newest = Revisions(SCRIPTS).newest
    assert state_of(f"sqlite:///{tmp_path / 'nija.db'}") == SchemaState(revision=newest, is_empty=False)
