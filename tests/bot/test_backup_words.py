from datetime import UTC, datetime, timedelta

import pytest

from bot.backup_words import NOTHING_GUARDED, render_age, render_contents
from engine.storage.contents import Contents

NOW = datetime(2026, 11, 29, 18, 29, tzinfo=UTC)


def holding(guards, exits=0, written_at=NOW):
    return Contents(guards=guards, exits=exits, written_at=written_at)


def test_what_is_guarded_and_its_age_are_told():
    assert render_contents(holding(2, 1)) == [
        "It holds 2 guards, 1 running exit, last written 2026-11-29 18:29 UTC."
    ]


def test_a_copy_with_no_guard_is_warned_of():
    assert render_contents(holding(0))[-1] == NOTHING_GUARDED
    assert render_contents(holding(0, written_at=None))[0].endswith("never used.")


def test_of_a_file_that_cannot_be_read_nothing_is_told():
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
def test_it_is_told_how_much_older_a_backup_is_than_what_it_replaced(older, words):
    assert words in render_age(holding(2), holding(3, written_at=NOW + older))


def test_a_backup_that_is_not_older_needs_no_word():
    assert render_age(holding(2), holding(2, written_at=NOW + timedelta(seconds=10))) == ""
    assert render_age(holding(2), holding(2, written_at=NOW - timedelta(hours=1))) == ""
