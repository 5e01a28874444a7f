import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ResourceClosedError
from sqlmodel import select

from engine.users.table import AccountRow


async def test_one_selected_column_comes_as_its_values_and_several_as_rows(database):
    async with database.read() as session:
        one = await session.exec(select(AccountRow.account_id).order_by(AccountRow.account_id))
        several = await session.exec(select(AccountRow.account_id, AccountRow.label).limit(1))

        assert one.all() == ["env-alpaca", "env-coinbase", "env-kraken"]
        assert [(row.account_id, row.label) for row in several] == [("env-kraken", "Kraken")]


async def test_a_whole_table_is_not_mistaken_for_the_values_of_its_first_column(database):
    async with database.read() as session:
        with pytest.raises(TypeError, match="Prepared"):
            await session.exec(select(AccountRow))


async def test_what_was_not_read_keeps_no_view_open_once_the_session_is_over(database):
    async with database.read() as session:
        unread = await session.exec(select(AccountRow.account_id))
    async with database.write() as session:
        await session.exec(text("UPDATE users SET language = 'de'"))

    with closing(sqlite3.connect(database.url.removeprefix("sqlite+aiosqlite:///"))) as other:
        busy, in_log, moved = other.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    assert (busy, moved) == (0, in_log)
    with pytest.raises(ResourceClosedError):
        unread.all()
