import sqlite3
from contextlib import closing

import pytest

from demo.unguarded import hint_unguarded


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "nija.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE guards (asset TEXT, state TEXT)")
        connection.executemany(
            "INSERT INTO guards VALUES (?, ?)", [("BTC", "armed"), ("ETH", "paused"), ("SOL", "closed")]
        )
    return file


@pytest.mark.parametrize(
    ("asset", "is_shown"), [("BTC", False), ("ETH", False), ("SOL", True), ("XRP", True)]
)
def test_a_moved_price_of_what_is_not_guarded_is_told_to_sell_nothing(database, asset, is_shown):
    hint = hint_unguarded(database, asset, is_held=True)

    assert hint == (f" {asset} is not guarded, so no guard sells it: /guard {asset} guards it." * is_shown)


def test_nobody_is_told_to_guard_what_is_not_held(database):
    assert hint_unguarded(database, "XRP", is_held=False) == " No XRP is held, so nothing of it is guarded."


def test_without_a_database_nothing_is_claimed(tmp_path):
    (tmp_path / "empty.db").touch()

    assert hint_unguarded(tmp_path / "nija.db", "BTC", is_held=True) == ""
    assert hint_unguarded(tmp_path / "empty.db", "BTC", is_held=True) == ""
    assert not (tmp_path / "nija.db").exists()
