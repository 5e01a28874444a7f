import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from engine.users.table import UserRow
from tests.shared_dialect import SharedDialect


@pytest.fixture
async def engines(tmp_path):
    made = [create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/{name}.db") for name in ("one", "other")]
    yield made
    await asyncio.gather(*(engine.dispose() for engine in made))


async def test_two_databases_share_what_was_compiled(engines):
    compiled = []

    for engine in engines:
        async with engine.begin() as connection:
            await connection.run_sync(UserRow.__table__.create)
            found = await connection.execute(select(UserRow.user_id))
            compiled.append(found.context.compiled)

    assert compiled[0] is compiled[1]


def test_engines_of_other_options_have_another_dialect(tmp_path):
    plain = create_async_engine("sqlite+aiosqlite://")
    named = create_async_engine("sqlite+aiosqlite://", paramstyle="named")

    assert isinstance(plain.dialect, SharedDialect)
    assert (plain.dialect.paramstyle, named.dialect.paramstyle) == ("qmark", "named")
