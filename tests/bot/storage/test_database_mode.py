"""Which mode a database is of is read before anything is written to it."""

from datetime import UTC, datetime

import pytest

from bot.command_errors import SettingsError
from bot.storage.database_mode import refuse_other_mode, why_other_mode
from engine.model.venues import Venue
from engine.storage.backup import database_file
from engine.users.accounts import KeyOrigin, StoredAccount
from engine.users.store import save_account
from tests.bot.database import migrated


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path) as ready:
        yield ready


async def file_with(database, *origins):
    async with database.write() as session:
        for origin in origins:
            account = StoredAccount(
                account_id=origin,
                user_id=7,
                venue=Venue.KRAKEN,
                label="Kraken",
                origin=origin,
                key_fingerprint="f",
                created_at=datetime(2026, 12, 1, tzinfo=UTC),
            )
            await save_account(session, account)
    return database_file(database.url)


@pytest.mark.parametrize("origin", [KeyOrigin.ENVIRONMENT, KeyOrigin.SEALED])
async def test_a_database_with_a_key_s_account_is_live(database, origin):
    file = await file_with(database, origin)

    refuse_other_mode(file, "live")
    with pytest.raises(SettingsError, match="of live accounts"):
        refuse_other_mode(file, "paper")


async def test_a_database_with_an_account_on_paper_is_not_live(database):
    file = await file_with(database, KeyOrigin.PAPER)

    refuse_other_mode(file, "paper")
    with pytest.raises(SettingsError, match="of accounts on paper"):
        refuse_other_mode(file, "live")


async def test_a_database_of_both_is_never_live(database):
    file = await file_with(database, KeyOrigin.PAPER, KeyOrigin.ENVIRONMENT)

    assert why_other_mode(file, "live")


@pytest.mark.parametrize("mode", ["live", "paper"])
async def test_a_database_without_accounts_may_become_either(database, tmp_path, mode):
    assert why_other_mode(await file_with(database), mode) == ""
    assert why_other_mode(tmp_path / "none.db", mode) == ""
    assert why_other_mode(None, mode) == ""


async def test_what_is_no_database_is_left_to_the_checks_behind(tmp_path):
    (tmp_path / "odd.db").write_text("no database")

    assert why_other_mode(tmp_path / "odd.db", "paper") == ""
