"""One bot on one database file, whatever name or data dir it is reached by."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from bot.configuration.settings import Settings, setting_names
from bot.storage.upkeep import backup, migrate, restore
from bot.supervision.lease import AlreadyRunningError, hold_data_dir
from engine.clock import SystemClock
from tests.bot.command_process import fork_command

CLOCK = SystemClock()

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere flock and SQLite's locks are one kind"
)


@pytest.fixture
def settings(monkeypatch, tmp_path):
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    found = Settings(_env_file=None, data_dir=tmp_path / "data")
    migrate(found, CLOCK)
    return found


@pytest.fixture
def file(settings):
    return settings.data_dir / "nija.db"


def hard_link(file, elsewhere):
    os.link(file, elsewhere / "nija.db")
    return Settings(_env_file=None, data_dir=elsewhere)


def symbolic_link(file, elsewhere):
    (elsewhere / "nija.db").symlink_to(file)
    return Settings(_env_file=None, data_dir=elsewhere)


def same_url(file, elsewhere):
    return Settings(_env_file=None, data_dir=elsewhere, database_url=f"sqlite+aiosqlite:///{file}")


NAMES = (hard_link, symbolic_link, same_url)


@pytest.fixture(params=NAMES, ids=lambda way: way.__name__)
def other(request, file, tmp_path):
    """Settings of a bot that reaches the same file from a data dir of its own."""
    (tmp_path / "elsewhere").mkdir()
    return request.param(file, tmp_path / "elsewhere")


@pytest.mark.fault("P28")
def test_no_bot_starts_on_a_file_that_another_one_runs_on(settings, file, other, tmp_path, forks):
    env_file = tmp_path / "env"
    env_file.write_text(
        f"NIJA_TELEGRAM_TOKEN=1:{'a' * 35}\nNIJA_OWNER_IDS=7\n"
        f"NIJA_DATA_DIR={other.data_dir}\nNIJA_DATABASE_URL={other.database_url}\n"
    )
    with hold_data_dir(settings.data_dir, database=file):
        run = fork_command("run", "--env-file", str(env_file), environment=os.environ)

    assert run.returncode == 1
    assert "Another NIJA is running on the database" in run.stderr
    assert "both would sell" in run.stderr


def test_nothing_migrates_or_replaces_it_meanwhile(settings, file, other, tmp_path):
    copy = backup(settings, tmp_path / "copy.db").file

    with hold_data_dir(settings.data_dir, database=file):
        for work in (lambda: migrate(other, CLOCK), lambda: restore(other, copy, CLOCK)):
            with pytest.raises(AlreadyRunningError, match="running on the database"):
                work()


def test_it_is_free_again_afterwards(settings, file, other):
    with hold_data_dir(settings.data_dir, database=file):
        pass

    migrate(other, CLOCK)


def test_a_file_made_under_the_lock_is_held_from_then_on(settings, file, tmp_path):
    held_by_nobody = tmp_path / "second.db"
    with hold_data_dir(settings.data_dir, database=held_by_nobody) as held:
        held_by_nobody.write_bytes(file.read_bytes())
        held.hold_file(held_by_nobody)
        held.hold_file(held_by_nobody)

        with (
            pytest.raises(AlreadyRunningError),
            hold_data_dir(tmp_path / "elsewhere", database=held_by_nobody),
        ):
            pass


def test_a_copy_is_another_file(settings, file, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    copy = tmp_path / "elsewhere" / "nija.db"
    copy.write_bytes(file.read_bytes())

    with hold_data_dir(settings.data_dir, database=file), hold_data_dir(copy.parent, database=copy):
        pass


def test_the_lock_keeps_no_sqlite_connection_out(settings, file, tmp_path):
    with hold_data_dir(settings.data_dir, database=file):
        with closing(sqlite3.connect(file, timeout=0)) as connection, connection:
            connection.execute("CREATE TABLE written (a)")
        code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('INSERT INTO written VALUES (1)').connection.commit()"
        subprocess.run([sys.executable, "-c", code, str(file)], check=True)
        assert backup(settings, tmp_path / "copy.db").file.exists()


def test_a_transaction_stays_locked_while_the_file_is_held_again(settings, file):
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    with (
        hold_data_dir(settings.data_dir, database=file) as held,
        closing(sqlite3.connect(file, isolation_level=None)) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        held.hold_file(file)

        other = subprocess.run(
            [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=False
        )

    assert "database is locked" in other.stderr


@pytest.fixture(params=["nfs4", "cifs", "9p"])
def on_a_network(request, monkeypatch, tmp_path):
    """The kernel says that everything lies on a network file system."""
    (tmp_path / "mountinfo").write_text(f"27 1 0:25 / / rw,relatime - {request.param} server rw\n")
    monkeypatch.setattr("bot.supervision.file_system._MOUNTS", tmp_path / "mountinfo")


@pytest.mark.usefixtures("on_a_network")
def test_where_both_locks_are_one_kind_the_file_is_left_alone(settings, file, other):
    with (
        hold_data_dir(settings.data_dir, database=file),
        hold_data_dir(other.data_dir, database=other.data_dir / "nija.db"),
    ):
        pass
