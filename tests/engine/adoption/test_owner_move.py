"""Everything of a lost Telegram account goes to another one."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.adoption.owner_move import NotMoved, move_user
from engine.offers.admission import Admissions
from engine.tables import metadata
from engine.users import store as users_store
from engine.users.roles import Role, StoredUser
from sandbox.world import OWNER_ID

NEW_ID = 777_000


@pytest.fixture
async def furnished(room):
    """A guard, a sale of before, a reading, an invite and a setting."""
    room.deposit("BTC", "0.2")
    room.deposit("USD", "9000")
    room.trade("buy", "0.1")
    await room.read()
    await room.arm("0.1", "6000", symbol="BTC/USD")
    room.set_bid("50000")
    await room.sell_off()
    await room.arm("0.05", "1000", symbol="BTC/USD", guard_id="guard-2")
    await Admissions(database=room.database, clock=room.clock).invite(OWNER_ID, Role.VIEWER)
    await room.engine.preferences.set_share(OWNER_ID, Decimal("0.05"))
    return room


async def rows_of(room, user_id):
    """Return by table how many rows name a user, as their owner or as the chat they go to."""
    found = {}
    async with room.database.read() as session:
        for table in metadata.sorted_tables:
            for column in {"user_id", "chat_id"} & set(table.c.keys()):
                query = f"SELECT COUNT(*) FROM {table.name} WHERE {column} = {user_id}"  # noqa: S608 - of the schema
                found[table.name, column] = (await session.send(text(query))).scalar_one()
    return {name: count for name, count in found.items() if count}


async def test_every_row_of_the_old_id_is_the_new_ones(furnished):
    before = await rows_of(furnished, OWNER_ID)

    refused = await move_user(furnished.database, OWNER_ID, NEW_ID)

    assert refused is None
    assert len(before) >= 10
    assert await rows_of(furnished, NEW_ID) == before
    assert await rows_of(furnished, OWNER_ID) == {}
    async with furnished.database.read() as session:
        assert (await users_store.load_user(session, NEW_ID)).trade_share == Decimal("0.05")


def test_the_user_of_every_table_follows_a_user_who_moves():
    follow = {
        table.name: {key.onupdate for key in table.c["user_id"].foreign_keys}
        for table in metadata.sorted_tables
        if "user_id" in table.c and table.name != "users"
    }

    assert {name for name, rules in follow.items() if rules != {"CASCADE"}} == set()


async def test_nobody_is_moved_onto_somebody_else(furnished):
    async with furnished.database.write() as session:
        other = StoredUser(user_id=NEW_ID, role=Role.VIEWER, created_at=furnished.clock.now())
        await users_store.save_user(session, other)
    before = await rows_of(furnished, OWNER_ID)

    assert await move_user(furnished.database, OWNER_ID, NEW_ID) is NotMoved.TAKEN
    assert await rows_of(furnished, OWNER_ID) == before


async def test_nobody_is_moved_who_is_not_known(furnished):
    assert await move_user(furnished.database, 404, NEW_ID) is NotMoved.UNKNOWN
    assert await rows_of(furnished, NEW_ID) == {}
