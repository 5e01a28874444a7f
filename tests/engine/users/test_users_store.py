from dataclasses import replace
from decimal import Decimal

from engine.model.venues import Account, Venue
from engine.users import sealed_keys_store as sealed_keys
from engine.users import store as users_store
from engine.users.accounts import KeyOrigin, StoredAccount, environment_account_id
from engine.users.roles import Role, StoredUser
from engine.users.sealed_keys_store import SealedKey
from engine.users.table import AccountRow
from tests.engine.storage.stored import KRAKEN, NOW, OWNER
from tests.rows import load_row

GUEST = StoredUser(user_id=5_000_000_000, role=Role.VIEWER, created_at=NOW)


async def test_a_person_comes_back_with_what_nobody_set(database):
    async with database.write() as session:
        await users_store.save_user(session, GUEST)

    async with database.read() as session:
        found = await users_store.load_user(session, GUEST.user_id)
        nobody = await users_store.load_user(session, 404)
    assert found == GUEST
    assert (found.time_zone, found.language, found.trade_share) == ("UTC", "en", None)
    assert nobody is None


async def test_a_changed_person_is_the_same_person(database):
    trader = replace(GUEST, role=Role.TRADER, trade_share=Decimal("0.05"))
    for user in (GUEST, trader):
        async with database.write() as session:
            await users_store.save_user(session, user)

    async with database.read() as session:
        assert await users_store.load_user(session, GUEST.user_id) == trader


async def test_an_environment_account_keeps_the_key_it_was_last_certain_with(database):
    stored = StoredAccount(
        account_id=environment_account_id(Venue.KRAKEN),
        user_id=OWNER,
        venue=Venue.KRAKEN,
        label="Kraken",
        origin=KeyOrigin.ENVIRONMENT,
        key_fingerprint="another",
        created_at=NOW,
    )
    async with database.write() as session:
        await users_store.save_account(session, stored)

    async with database.read() as session:
        row = await load_row(session, AccountRow, stored.account_id)
        assert (row.label, row.key_fingerprint, row.retired_at) == ("Kraken", "fingerprint-kraken", None)
    assert stored.account == Account(account_id="env-kraken", user_id=OWNER, venue=Venue.KRAKEN)


async def test_a_sealed_field_is_replaced_when_it_is_sealed_anew(database):
    old = SealedKey(
        account_id=KRAKEN.account_id,
        user_id=OWNER,
        field="api_secret",
        kid="k1",
        sealed="v1.k1.a.b",
        updated_at=NOW,
    )
    new = replace(old, kid="k2", sealed="v1.k2.c.d")
    for key in (old, new):
        async with database.write() as session:
            await sealed_keys.save_sealed_key(session, key)

    async with database.read() as session:
        assert await sealed_keys.load_sealed_keys(session) == (new,)
