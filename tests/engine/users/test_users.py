from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.users import store as users_store
from engine.users.roles import Role, StoredUser, User
from engine.users.users import Users
from tests.engine.storage.stored import NOW, OWNER, a_database

NEWCOMER = 8_000_000_001


class FixedClock:
    def now(self):
        return NOW

    def monotonic(self):
        return 0.0

    def now_ns(self):
        return 0

    async def sleep(self, seconds):
        raise NotImplementedError


@pytest.fixture
async def database(tmp_path):
    database = a_database(tmp_path)
    yield database
    await database.dispose()


@pytest.fixture
def users(database):
    return Users(database=database, clock=FixedClock())


async def save(database, user_id, role, **changes):
    async with database.write() as session:
        user = StoredUser(user_id=user_id, role=role, created_at=datetime(2026, 1, 1, tzinfo=UTC), **changes)
        await users_store.save_user(session, user)


async def test_an_owner_of_the_settings_is_an_owner_from_the_first_start(users):
    await users.ensure_owners([NEWCOMER])

    assert await users.fetch_user(NEWCOMER) == User(user_id=NEWCOMER, role=Role.OWNER, time_zone="UTC")


async def test_an_empty_list_of_owners_lets_nobody_in(users):
    await users.ensure_owners([])

    assert await users.fetch_user(OWNER) is None
    assert await users.fetch_user(NEWCOMER) is None


async def test_an_owner_the_settings_name_no_more_is_a_stranger(users):
    await users.ensure_owners([OWNER, NEWCOMER])
    await users.ensure_owners([NEWCOMER])

    assert await users.fetch_user(OWNER) is None


async def test_what_an_owner_had_set_survives_a_start(users, database):
    await save(database, NEWCOMER, Role.OWNER, time_zone="Europe/Lisbon", trade_share=Decimal("0.05"))

    await users.ensure_owners([NEWCOMER])

    async with database.read() as session:
        person = await users_store.load_user(session, NEWCOMER)
    assert (person.time_zone, person.trade_share) == ("Europe/Lisbon", Decimal("0.05"))


async def test_somebody_else_becomes_an_owner_with_what_they_had_set(users, database):
    await save(database, NEWCOMER, Role.VIEWER, time_zone="Europe/Lisbon", language="pt")

    await users.ensure_owners([NEWCOMER])

    person = await users.fetch_user(NEWCOMER)
    assert (person.role, person.time_zone) == (Role.OWNER, "Europe/Lisbon")
    async with database.read() as session:
        stored = await users_store.load_user(session, NEWCOMER)
    assert (stored.language, stored.created_at) == ("pt", datetime(2026, 1, 1, tzinfo=UTC))


async def test_a_role_that_changes_in_the_database_counts_at_once(users, database):
    await save(database, NEWCOMER, Role.TRADER)
    before = await users.fetch_user(NEWCOMER)
    await save(database, NEWCOMER, Role.VIEWER)

    assert before.role is Role.TRADER
    assert (await users.fetch_user(NEWCOMER)).role is Role.VIEWER


async def test_the_settings_make_an_owner_whatever_the_database_says(users, database):
    await users.ensure_owners([NEWCOMER])
    await save(database, NEWCOMER, Role.VIEWER)

    assert (await users.fetch_user(NEWCOMER)).role is Role.OWNER


async def test_the_database_makes_nobody_an_owner(users, database):
    await users.ensure_owners([OWNER])
    await save(database, NEWCOMER, Role.OWNER)

    assert await users.fetch_user(NEWCOMER) is None
