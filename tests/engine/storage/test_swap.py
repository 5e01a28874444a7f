import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from engine.storage.backup import backup_database
from engine.storage.migrate import run_migrations
from engine.storage.swap import UnfinishedSwapError, finish_swap, refuse_unfinished, set_foreign_log_aside
from migrations import SCRIPTS
from tests.engine.storage.restoring import restore_database
from tests.engine.storage.test_backup import NOW, add_user, names, users

#: Kills a copy of itself at each change of a file that the work makes, one after the other, in a folder of its own.
KILLER = """
import json, os, shutil, sqlite3, sys
from datetime import UTC, datetime
from pathlib import Path
from engine.storage.backup import backup_database, finish_restore, prepare_restore
from engine.storage.swap import finish_swap

template, folder, work = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
CHANGES = {"os.rename", "os.link", "os.remove", "sqlite3.connect", "open"}
left = [None]

def count(event, arguments):
    if left[0] is None or event not in CHANGES:
        return
    if str(folder) not in str(arguments):
        return
    left[0] -= 1
    if left[0] < 0:
        os._exit(9)

sys.addaudithook(count)

def at(number):
    here = folder / str(number)
    shutil.copytree(template, here)
    child = os.fork()
    if child == 0:
        left[0] = number
        if work == "restore":
            with prepare_restore(here / "copy.db", here / "nija.db") as prepared:
                finish_restore(prepared, now=datetime.now(UTC))
        elif work == "backup":
            backup_database(here / "nija.db", here / "new.db")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

codes = []
while not codes or codes[-1] == 9:
    codes.append(at(len(codes)))
print(json.dumps(codes))
"""


@pytest.fixture
def template(tmp_path):
    folder = tmp_path / "template"
    folder.mkdir()
    database = folder / "nija.db"
    run_migrations(url(folder), scripts=SCRIPTS, backups=folder, now=NOW)
    add_user(database, 1)
    backup_database(database, folder / "copy.db")
    # As after a kill: the last write is in the log alone.
    leave_in_log = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA wal_autocheckpoint=0')\n"
        "c.execute(\"INSERT INTO users (user_id, role, time_zone, language, created_at) VALUES (2, 'owner', 'UTC', 'en', '2026-11-22')\"); c.commit()\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", leave_in_log, str(database)], check=True)
    assert "nija.db-wal" in names(folder)
    return folder


def url(folder):
    return f"sqlite+aiosqlite:///{folder / 'nija.db'}"


def killed_everywhere(template, folder, work):
    folder.mkdir()
    command = [sys.executable, "-c", KILLER, str(template), str(folder), work]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.stderr == ""
    codes = json.loads(done.stdout)
    assert codes[-1] == 0
    return [folder / str(number) for number in range(len(codes))]


@pytest.mark.fault("P12")
def test_a_restore_killed_at_any_instant_leaves_the_old_or_the_new_database(template, tmp_path):
    folders = killed_everywhere(template, tmp_path / "killed", "restore")

    found = []
    for folder in folders:
        run_migrations(url(folder), scripts=SCRIPTS, backups=folder, now=NOW)
        found.append(users(folder / "nija.db"))
        refuse_unfinished(folder / "nija.db")
        # Whatever is there, the restore can be done again.
        restore_database(folder / "copy.db", folder / "nija.db", now=NOW)
        assert users(folder / "nija.db") == [1]

    first_new = found.index([1])
    assert found == [[1, 2]] * first_new + [[1]] * (len(found) - first_new)
    assert 0 < first_new < len(found) - 3
    for folder in folders[first_new:]:
        assert users(folder / "nija.db.replaced-1") == [1, 2]


def test_a_backup_killed_at_any_instant_leaves_nothing_or_all_of_it_and_can_be_made_again(template, tmp_path):
    for folder in killed_everywhere(template, tmp_path / "killed", "backup"):
        assert users(folder / "nija.db") == [1, 2]
        if (folder / "new.db").exists():
            assert users(folder / "new.db") == [1, 2]
        else:
            backup_database(folder / "nija.db", folder / "new.db")


def test_a_command_that_may_not_finish_a_restore_names_the_one_that_does(template):
    database = template / "nija.db"
    (template / "nija.db.restoring").write_text(
        json.dumps({"copy": "copy.db", "aside": "nija.db.replaced-1"})
    )

    with pytest.raises(UnfinishedSwapError, match="nija migrate"):
        backup_database(database, template / "new.db")

    assert finish_swap(database)
    assert not finish_swap(database)
    assert users(database) == [1]


def a_log_beside(database):
    log = database.with_name(f"{database.name}-wal")
    log.write_bytes(b"of another database")
    return log


def test_the_log_of_a_killed_bot_is_set_aside_from_a_backup_that_was_put_in_its_place(template):
    database = template / "nija.db"
    database.write_bytes((template / "copy.db").read_bytes())
    log = a_log_beside(database)

    assert set_foreign_log_aside(database)
    assert not log.exists()
    assert log.with_name("nija.db-wal.replaced-1").read_bytes() == b"of another database"
    assert not set_foreign_log_aside(database)


def test_a_databases_own_log_stays_beside_it(template):
    with closing(sqlite3.connect(template / "nija.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE written (a)")
        assert not set_foreign_log_aside(template / "nija.db")
        assert (template / "nija.db-wal").stat().st_size


@pytest.mark.parametrize("content", [b"", b"SQLite", None], ids=["empty", "cut", "missing"])
def test_beside_what_is_no_database_yet_nothing_is_moved(tmp_path, content):
    database = tmp_path / "nija.db"
    if content is not None:
        database.write_bytes(content)
    log = a_log_beside(database)

    assert not set_foreign_log_aside(database)
    assert log.exists()
