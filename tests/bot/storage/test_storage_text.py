import errno
import os
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from bot.storage.storage_text import storage_sentence
from tests.bot.command_process import run_command
from tests.bot.database import empty_database


def of_database(code):
    error = sqlite3.OperationalError("words of SQLite")
    error.sqlite_errorcode = code
    return error


def of_system(code):
    return OSError(code, os.strerror(code))


ERRORS = {
    "full, says the database": (of_database(sqlite3.SQLITE_FULL), "The disk is full"),
    "full, says the system": (of_system(errno.ENOSPC), "The disk is full"),
    "quota": (of_system(errno.EDQUOT), "The disk is full"),
    "read-only": (of_system(errno.EROFS), "cannot be written"),
    "read-only, says the database": (of_database(sqlite3.SQLITE_READONLY), "cannot be written"),
    "somebody else's": (of_system(errno.EACCES), "belongs to somebody else"),
    "cannot be opened": (of_database(sqlite3.SQLITE_CANTOPEN), "cannot be written"),
    "a read error": (of_database(sqlite3.SQLITE_IOERR | (1 << 8)), "The disk does not read"),
    "no room for shared memory": (of_database(sqlite3.SQLITE_IOERR_SHMSIZE), "Make room on the disk"),
    "a write error": (of_database(sqlite3.SQLITE_IOERR_WRITE), "Make room on the disk"),
    "a file that may grow no more": (of_system(errno.EFBIG), "Make room on the disk"),
    "a damaged page": (of_database(sqlite3.SQLITE_CORRUPT), "damaged"),
    "no database": (of_database(sqlite3.SQLITE_NOTADB), "damaged"),
    "held": (of_database(sqlite3.SQLITE_BUSY), "Another program holds"),
}


@pytest.mark.parametrize(("error", "words"), ERRORS.values(), ids=ERRORS)
def test_a_disk_or_database_that_cannot_be_used_is_a_sentence(error, words):
    wrapped = OperationalError("INSERT INTO secrets VALUES (?)", {"key": "s3cr3t"}, error)

    for seen in (error, ExceptionGroup("many", [ValueError(), error])):
        assert words in storage_sentence(seen)
    if isinstance(error, sqlite3.Error):
        assert words in storage_sentence(wrapped)
        assert "s3cr3t" not in storage_sentence(wrapped)


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), ConnectionResetError(errno.ECONNRESET, "x"), sqlite3.IntegrityError("x")],
    ids=repr,
)
def test_an_error_of_another_kind_stays_what_it_is(error):
    assert storage_sentence(error) is None


COMMANDS = [
    ("run",),
    ("doctor",),
    ("migrate",),
    ("backup", "copy.db"),
    ("restore", "damaged.db"),
    ("halt",),
    ("resume",),
    ("nonce", "show"),
]
PAGE = 4096


def spoil_header(content):
    return b"no database at all" * 1000


def spoil_pages(content):
    return content[:PAGE] + b"\xff" * (len(content) - PAGE)


def spoil_page_5(content):
    return content[: 4 * PAGE] + b"\xa5" * PAGE + content[5 * PAGE :]


@pytest.mark.parametrize(
    ("command", "spoil"),
    [*((command, spoil_header) for command in COMMANDS), (("run",), spoil_pages), (("run",), spoil_page_5)],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value.__name__,
)
def test_no_command_ends_in_a_traceback_over_a_damaged_database(tmp_path, forks, command, spoil):
    file = tmp_path / "data" / "nija.db"
    file.parent.mkdir(mode=0o700)
    file.write_bytes(spoil(empty_database()))
    (tmp_path / "damaged.db").write_bytes(file.read_bytes())

    done = run_command(tmp_path, *command)

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "Traceback" not in said
    assert any(word in said for word in ("damaged", "cannot be read", "not copied"))
