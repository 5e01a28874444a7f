import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.command_errors import CommandError
from bot.configuration.settings import Settings, setting_names
from bot.storage.upkeep import backup, list_nonces, migrate, restore
from bot.supervision.lease import AlreadyRunningError, hold_data_dir
from engine.clock import SystemClock
from engine.nonce.store import NonceStore

CLOCK = SystemClock()


@pytest.fixture
def settings(monkeypatch, tmp_path):
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    return Settings(_env_file=None, data_dir=tmp_path / "data")


@pytest.fixture
def migrated(settings):
    migrate(settings, CLOCK)
    return settings


async def use_key(settings, times):
    store = await NonceStore(settings.data_dir / "nija.db", CLOCK).open()
    for _ in range(times):
        nonce = await store.next_nonce("0123456789abcdef")
    await store.close()
    return nonce


def test_migrating_makes_the_database_and_then_finds_nothing_to_do(settings):
    first, second = migrate(settings, CLOCK), migrate(settings, CLOCK)

    assert (first.from_revision, first.backup) == (None, None)
    assert second.from_revision == second.to_revision == first.to_revision


def test_no_database_is_migrated_or_restored_under_a_running_bot(migrated, tmp_path):
    copy = backup(migrated, tmp_path / "copy.db").file

    with hold_data_dir(migrated.data_dir):
        with pytest.raises(AlreadyRunningError):
            migrate(migrated, CLOCK)
        with pytest.raises(AlreadyRunningError):
            restore(migrated, copy, CLOCK)


def test_a_newer_database_is_refused_with_what_to_do(migrated):
    with closing(sqlite3.connect(migrated.data_dir / "nija.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    with pytest.raises(CommandError, match="newer NIJA"):
        migrate(migrated, CLOCK)


@pytest.mark.fault("P6")
def test_a_damaged_database_stops_the_start_with_what_to_do(migrated):
    file = migrated.data_dir / "nija.db"
    file.write_bytes(b"garbage" * 4096)

    with pytest.raises(CommandError, match=r"nija\.db is damaged .* nija restore FILE"):
        migrate(migrated, CLOCK)


def test_a_backup_beside_a_running_bot_brings_everything_back(migrated, tmp_path):
    nonce = asyncio.run(use_key(migrated, 3))
    with hold_data_dir(migrated.data_dir):
        done = backup(migrated, tmp_path / "copy.db")
    (migrated.data_dir / "nija.db").write_bytes(b"overwritten")

    restored = restore(migrated, done.file, CLOCK)

    assert restored.revision == done.revision
    assert [one.last_nonce for one in asyncio.run(list_nonces(migrated, CLOCK))] == [nonce]


def test_a_backup_never_overwrites(migrated, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(CommandError, match="exists already"):
        backup(migrated, tmp_path / "mine.txt")


def test_what_is_no_backup_is_not_restored(migrated, tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"x" * 5000)

    with pytest.raises(CommandError, match="not"):
        restore(migrated, tmp_path / "holiday.jpg", CLOCK)


async def test_the_nonces_of_a_bot_that_never_ran_are_none_and_no_database_is_made(settings):
    assert await list_nonces(settings, CLOCK) == ()
    assert not settings.data_dir.exists()


async def test_each_used_key_is_listed_with_its_count(migrated):
    nonce = await use_key(migrated, 3)

    (found,) = await list_nonces(migrated, CLOCK)

    assert (found.fingerprint, found.last_nonce, found.issued) == ("0123456789abcdef", nonce, 3)


def test_the_file_commands_send_owners_of_a_postgresql_to_its_tools(settings, tmp_path):
    elsewhere = settings.model_copy(update={"database_url": "postgresql+psycopg://nija@db/nija"})

    with pytest.raises(CommandError, match="pg_dump"):
        backup(elsewhere, tmp_path / "copy.db")
