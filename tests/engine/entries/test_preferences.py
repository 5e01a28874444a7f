from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.entries.preferences import EntryPreferences, OutOfRange
from engine.users import store as users_store
from engine.users.roles import Role, StoredUser
from tests.bot.database import migrated
from tests.engine.entries.trades import RULES

OWNER, STRANGER = 7, 8


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path) as ready:
        async with ready.write() as session:
            owner = StoredUser(user_id=OWNER, role=Role.OWNER, created_at=datetime(2026, 1, 1, tzinfo=UTC))
            await users_store.save_user(session, owner)
        yield ready


@pytest.fixture
def preferences(database):
    return EntryPreferences(database=database, rules=RULES)


async def test_what_nobody_set_is_as_this_version_has_it(preferences):
    assert await preferences.rules_of(OWNER) == RULES
    assert await preferences.rules_of(STRANGER) == RULES


@pytest.mark.parametrize("share", ["0.01", "0.05", "0.25"])
async def test_a_size_that_is_set_is_kept_until_it_is_set_back(preferences, share):
    changed = replace(RULES, share=Decimal(share))

    assert await preferences.set_share(OWNER, Decimal(share)) == changed
    assert await preferences.rules_of(OWNER) == changed
    assert await preferences.set_share(OWNER, None) == RULES


@pytest.mark.parametrize("share", ["0.0099", "0.2501", "1"])
async def test_a_size_out_of_range_is_refused_and_changes_nothing(preferences, share):
    assert await preferences.set_share(OWNER, Decimal(share)) == OutOfRange()
    assert await preferences.rules_of(OWNER) == RULES


async def test_a_daily_loss_limit_is_kept_beside_the_size_until_it_is_off(preferences):
    await preferences.set_share(OWNER, Decimal("0.05"))

    limited = await preferences.set_daily_loss(OWNER, Decimal("12.50"))

    assert (limited.share, limited.daily_loss_usd) == (Decimal("0.05"), Decimal("12.50"))
    assert (await preferences.set_daily_loss(OWNER, None)).daily_loss_usd is None


async def test_whoever_is_no_user_changes_nothing(preferences):
    assert await preferences.set_share(STRANGER, Decimal("0.05")) == RULES
