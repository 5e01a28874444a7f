"""A database file that goes away under a running bot is noticed."""

import pytest

from bot.supervision.database_file import DatabaseFile, DatabaseReplacedError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "nija.db"
    path.write_bytes(b"")
    return path


def test_the_same_file_however_often_it_is_written_is_the_same(file):
    opened = DatabaseFile(file)
    file.write_bytes(b"more")

    opened.check()


def test_a_removed_file_is_noticed(file):
    opened = DatabaseFile(file)
    file.unlink()

    with pytest.raises(DatabaseReplacedError, match="was removed or replaced"):
        opened.check()


def test_another_file_in_its_place_is_noticed(file, tmp_path):
    opened = DatabaseFile(file)
    (tmp_path / "other.db").write_bytes(b"")
    (tmp_path / "other.db").replace(file)

    with pytest.raises(DatabaseReplacedError, match="was removed or replaced"):
        opened.check()
