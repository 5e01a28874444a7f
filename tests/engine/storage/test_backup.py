import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime

import pytest

from engine.storage.backup import (
    MASTER_KEY_FILE,
    WITHOUT_MASTER_KEY,
    BackupError,
    backup_database,
    database_file,
    prepare_restore,
)
from engine.storage.contents import Contents
from engine.storage.migrate import run_migrations
from engine.storage.revisions import Revisions
from migrations import SCRIPTS
from tests.engine.storage.restoring import restore_database

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
NEWEST = Revisions(SCRIPTS).newest


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "nija.db"
    run_migrations(f"sqlite+aiosqlite:///{file}", scripts=SCRIPTS, backups=tmp_path, now=NOW)
    add_user(file, 1)
    return file


def add_user(file, user_id):
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "INSERT INTO users (user_id, role, time_zone, language, created_at) VALUES (?, 'owner', 'UTC', 'en', '2026-11-22')",
            (user_id,),
        )


def users(file):
    with closing(sqlite3.connect(file)) as connection:
        return [row[0] for row in connection.execute("SELECT user_id FROM users ORDER BY user_id")]


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_a_private_complete_copy(database, tmp_path):
    done = backup_database(database, tmp_path / "copy.db")

    assert users(done.file) == [1]
    assert stat.S_IMODE(done.file.stat().st_mode) == 0o600
    assert (done.revision, done.size_bytes) == (NEWEST, done.file.stat().st_size)


def test_a_master_key_file_that_is_in_no_backup_is_named_where_there_is_one(database, tmp_path):
    without = backup_database(database, tmp_path / "one.db")
    (tmp_path / MASTER_KEY_FILE).write_text("k1:secret")
    with_one = backup_database(database, tmp_path / "two.db")
    restored = restore_database(tmp_path / "two.db", database, now=NOW)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    assert (without.note, with_one.note, restored.note) == ("", WITHOUT_MASTER_KEY, WITHOUT_MASTER_KEY)
    assert restore_database(tmp_path / "two.db", elsewhere / "nija.db", now=NOW).note == ""


def test_a_backup_beside_a_writer_holds_what_was_committed_in_one_file(database, tmp_path):
    with closing(sqlite3.connect(database)) as writer:
        add_user(database, 2)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE users SET role = 'viewer'")
        backup_database(database, tmp_path / "copy.db")
        writer.rollback()

    assert users(tmp_path / "copy.db") == [1, 2]
    assert not {"copy.db-wal", "copy.db-shm"} & names(tmp_path)


def test_a_backup_never_overwrites(database, tmp_path):
    file = tmp_path / "copy.db"
    file.write_text("precious")

    with pytest.raises(BackupError, match="exists already"):
        backup_database(database, file)

    assert file.read_text() == "precious"


def test_a_database_that_is_not_there_is_not_created_by_its_backup(tmp_path):
    with pytest.raises(BackupError, match="no database"):
        backup_database(tmp_path / "nija.db", tmp_path / "copy.db")

    assert names(tmp_path) == set()


@pytest.mark.parametrize("damage", ["garbage", "cut", "page"])
def test_a_damaged_database_gives_no_backup(database, tmp_path, damage):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = database.read_bytes()
    database.write_bytes(
        {
            "garbage": b"no database at all" * 1000,
            "cut": content[: len(content) // 2],
            "page": content[:8192] + b"\xff" * 4096 + content[12288:],
        }[damage]
    )

    with pytest.raises(BackupError, match="was not copied"):
        backup_database(database, tmp_path / "copy.db")

    assert names(tmp_path) & {"copy.db"} == set()
    assert not [name for name in names(tmp_path) if "partial" in name]


def test_a_folder_that_is_not_there_is_a_sentence(database, tmp_path):
    with pytest.raises(BackupError, match=r"There is no folder .*nowhere; make it first"):
        backup_database(database, tmp_path / "nowhere" / "copy.db")


def test_a_restore_brings_the_backup_back_and_keeps_what_it_replaced(database, tmp_path):
    backup_database(database, tmp_path / "copy.db")
    add_user(database, 2)

    done = restore_database(tmp_path / "copy.db", database, now=NOW)

    assert users(database) == [1]
    assert users(done.replaced) == [1, 2]
    assert users(tmp_path / "copy.db") == [1]
    assert (done.database, done.revision) == (database, NEWEST)
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_the_replaced_database_keeps_its_log(database, tmp_path):
    backup_database(database, tmp_path / "copy.db")
    # A reader keeps the last writes in the log beside the database, as a crash would.
    with closing(sqlite3.connect(database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM users").fetchone()
        add_user(database, 2)
        done = restore_database(tmp_path / "copy.db", database, now=NOW)
        restored = users(database)

    assert restored == [1]
    assert users(done.replaced) == [1, 2]


def test_each_replaced_database_is_kept(database, tmp_path):
    backup_database(database, tmp_path / "copy.db")

    first = restore_database(tmp_path / "copy.db", database, now=NOW)
    second = restore_database(tmp_path / "copy.db", database, now=NOW)

    assert first.replaced != second.replaced
    assert first.replaced.exists()
    assert second.replaced.exists()


def test_a_restore_onto_a_new_machine_replaces_nothing(database, tmp_path):
    backup_database(database, tmp_path / "copy.db")

    done = restore_database(tmp_path / "copy.db", tmp_path / "new.db", now=NOW)

    assert done.replaced is None
    assert users(tmp_path / "new.db") == [1]


def test_a_damaged_or_foreign_file_is_refused_and_the_database_stays(database, tmp_path):
    (tmp_path / "garbage").write_bytes(b"no database at all" * 1000)
    with closing(sqlite3.connect(tmp_path / "songs.db")) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")

    (tmp_path / "folder").mkdir()
    for name, words in (
        ("missing", "no backup at .*; nothing was changed"),
        ("folder", "is a folder, no NIJA backup; nothing was changed"),
        ("garbage", "is not a NIJA backup; nothing was changed"),
        ("songs.db", "is not a NIJA backup; nothing was changed"),
    ):
        with pytest.raises(BackupError, match=words):
            restore_database(tmp_path / name, database, now=NOW)

    assert users(database) == [1]
    assert not [name for name in names(tmp_path) if "partial" in name or "replaced" in name]


@pytest.mark.parametrize("name", ["nija.db", "link.db", "hard.db"])
def test_the_database_itself_is_not_restored_onto_itself(database, tmp_path, name):
    (tmp_path / "link.db").symlink_to(database)
    (tmp_path / "hard.db").hardlink_to(database)
    before = names(tmp_path)

    with pytest.raises(BackupError, match="is the database itself"):
        restore_database(tmp_path / name, database, now=NOW)

    assert users(database) == [1]
    assert names(tmp_path) == before


def test_a_backup_and_a_restore_report_what_they_hold(database, tmp_path):
    copy = backup_database(database, tmp_path / "copy.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO leases VALUES ('bot', 'here', 1, '2026-11-22 02:00:00.000000', '2026-11-22 02:09:00.000000')"
        )
    done = restore_database(tmp_path / "copy.db", database, now=NOW)

    assert copy.contents == done.contents == Contents(guards=0, exits=0, written_at=None)
    assert done.replaced_contents.written_at == datetime(2026, 11, 22, 2, 9, tzinfo=UTC)


def test_a_prepared_restore_that_is_not_wanted_leaves_nothing(database, tmp_path):
    backup_database(database, tmp_path / "copy.db")
    before = names(tmp_path)

    with prepare_restore(tmp_path / "copy.db", database) as prepared:
        assert prepared.replaces
        assert prepared.contents == prepared.replaced_contents == Contents(guards=0, exits=0, written_at=None)

    assert names(tmp_path) == before
    assert users(database) == [1]


def test_the_file_of_a_database_is_read_from_its_url(tmp_path):
    assert database_file(f"sqlite+aiosqlite:///{tmp_path}/nija.db") == tmp_path / "nija.db"
    assert database_file("postgresql+psycopg://localhost/nija") is None


def test_a_backup_says_that_it_is_one_and_a_restored_one_does_not(database, tmp_path):
    copy = backup_database(database, tmp_path / "copy.db").file
    restored = restore_database(copy, tmp_path / "elsewhere.db", now=NOW).database

    assert files_named_in(copy) == [("a backup",)]
    assert files_named_in(database) == files_named_in(restored) == []


def files_named_in(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT owner FROM leases WHERE name = 'file'").fetchall()
