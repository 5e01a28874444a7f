from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.backup_text import NOTHING_GUARDED, render_age, render_contents, render_prepared
from engine.storage.backup import PreparedBackup
from engine.storage.contents import Contents

NOW = datetime(2026, 11, 29, 18, 29, tzinfo=UTC)


def holding(guards, exits=0, written_at=NOW):
    return Contents(guards=guards, exits=exits, written_at=written_at)


def test_what_is_guarded_and_its_age_are_reported():
    assert render_contents(holding(2, 1)) == [
        "It holds 2 guards, 1 running exit, last written 2026-11-29 18:29 UTC."
    ]


def test_a_copy_with_no_guard_is_warned_of():
    assert render_contents(holding(0))[-1] == NOTHING_GUARDED
    assert render_contents(holding(0, written_at=None))[0].endswith("never used.")


def test_of_a_file_that_cannot_be_read_nothing_is_reported():
    assert render_contents(None) == []
    assert render_age(None, holding(1)) == render_age(holding(1), None) == ""


@pytest.mark.parametrize(
    ("older", "words"),
    [
        (timedelta(minutes=5), "5 min older"),
        (timedelta(hours=4, minutes=10), "4 h older"),
        (timedelta(days=3), "3 days older"),
    ],
)
def test_it_is_said_how_much_older_a_backup_is_than_what_it_replaced(older, words):
    assert words in render_age(holding(2), holding(3, written_at=NOW + older))


def test_a_backup_that_is_not_older_needs_no_word():
    assert render_age(holding(2), holding(2, written_at=NOW + timedelta(seconds=10))) == ""
    assert render_age(holding(2), holding(2, written_at=NOW - timedelta(hours=1))) == ""


def prepared(contents, replaced_contents, *, replaces=True):
    return PreparedBackup(
        file=Path("/b.db"),
        copy=Path("/data/.partial"),
        target=Path("/data/nija.db"),
        revision="0012",
        contents=contents,
        replaces=replaces,
        replaced_contents=replaced_contents,
    )


def test_a_backup_is_shown_beside_what_stands_in_its_place():
    there = holding(3, written_at=NOW + timedelta(hours=4))

    lines = render_prepared(prepared(holding(2, 1), there), now=NOW + timedelta(hours=5))

    assert lines == [
        "The backup /b.db: 2 guards, 1 running exit, last written 2026-11-29 18:29 UTC, 5 h ago.",
        "What stands there, /data/nija.db: 3 guards, 0 running exits, last written 2026-11-29 22:29 UTC, 60 min ago.",
        "The backup is 4 h older: what was guarded or sold since is not in it.",
    ]


def test_a_damaged_database_and_none_are_told_apart():
    damaged = render_prepared(prepared(holding(1), None), now=NOW)
    none = render_prepared(prepared(holding(1), None, replaces=False), now=NOW)

    assert damaged[1] == "What stands there, /data/nija.db: what it holds cannot be read."
    assert none[1] == "There is no database at /data/nija.db yet."


def test_a_backup_without_a_guard_is_warned_of_before_it_replaces_anything():
    assert "Warning: nothing is guarded in this backup." in render_prepared(
        prepared(holding(0), holding(2)), now=NOW
    )
