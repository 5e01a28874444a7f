import sqlite3
from contextlib import closing

import pytest

from bot.command_errors import CommandError, SettingsError
from bot.commands.owner_move_cli import move_owner
from bot.configuration.settings import Settings
from bot.supervision.lease import AlreadyRunningError, hold_data_dir
from tests.bot.database import empty_database
from tests.bot.hand_clock import HandClock

OLD, NEW = 7, 777_000


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "nija.db"
    file.write_bytes(empty_database())
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "INSERT INTO users (user_id, role, time_zone, language, created_at) VALUES (?, ?, ?, ?, ?)",
            (OLD, "owner", "Europe/Lisbon", "en", "2026-11-22 02:10:00.000000"),
        )
    return file


def users(file):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT user_id, role, time_zone FROM users").fetchall()


def moved(file, old=OLD, new=NEW, *, owners=(NEW,)):
    settings = Settings(_env_file=None, data_dir=file.parent, owner_ids=owners)
    return move_owner(settings, HandClock(), old=old, new=new)


def test_an_owner_moves_with_what_they_had_set(file):
    said = moved(file)

    assert f"What was {OLD}'s is {NEW}'s now" in said
    assert users(file) == [(NEW, "owner", "Europe/Lisbon")]


@pytest.mark.parametrize("owners", [(OLD,), (NEW, OLD), (8,)])
def test_the_settings_have_to_name_the_new_one_instead_of_the_old(file, owners):
    with pytest.raises(SettingsError, match="NIJA_OWNER_IDS"):
        moved(file, owners=owners)

    assert users(file) == [(OLD, "owner", "Europe/Lisbon")]


def test_beside_a_running_bot_nobody_moves(file):
    with hold_data_dir(file.parent), pytest.raises(AlreadyRunningError):
        moved(file)

    assert users(file) == [(OLD, "owner", "Europe/Lisbon")]


def test_nobody_to_move_is_an_error(file):
    with pytest.raises(CommandError, match="knows nobody of the id 404"):
        moved(file, old=404)
