"""A database file is told from its copies, and stays the same through whatever leaves it in place."""

import errno
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.bot.disk import folder_with_marks, mark_of


@pytest.fixture
def tmp_path():
    with folder_with_marks() as folder:
        yield folder


@pytest.fixture
def file(tmp_path):
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "nija.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE written (a)")
    return database


def renamed(file, elsewhere):
    return file.rename(elsewhere / "other.db")


def linked(file, elsewhere):
    os.link(file, elsewhere / "nija.db")
    return elsewhere / "nija.db"


def vacuumed(file, _):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM")
    return file


def touched(file, _):
    os.utime(file, (0, 0))
    file.chmod(0o640)
    return file


@pytest.mark.parametrize("change", [renamed, linked, vacuumed, touched])
def test_a_file_keeps_its_mark(file, tmp_path, change):
    mark = mark_of(file)
    (tmp_path / "elsewhere").mkdir()

    assert mark_of(change(file, tmp_path / "elsewhere")) == mark


@pytest.mark.parametrize("copy", [shutil.copyfile, shutil.copy2])
def test_a_copy_has_another_mark_even_in_the_place_and_with_the_inode_of_the_first(file, copy):
    seen = {mark_of(file)}
    for _ in range(20):
        # File systems give a number that was freed to the next file.
        aside = file.with_name("aside.db")
        copy(file, aside)
        file.unlink()
        aside.rename(file)
        seen.add(mark_of(file))

    assert len(seen) == 21


def test_a_file_system_that_makes_inode_numbers_up_marks_nothing(file, monkeypatch):
    def unknown(*_):
        raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

    monkeypatch.setattr("bot.supervision.held_file.fcntl.ioctl", unknown)

    assert mark_of(file) is None
