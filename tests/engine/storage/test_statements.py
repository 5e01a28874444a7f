from datetime import timedelta

from sqlalchemy import event
from sqlmodel import select

from engine.orders.fills_table import FillCursorRow
from engine.storage.process_table import ProcessRunRow
from engine.storage.statements import insert_row, replace_row
from tests.engine.storage.stored import KRAKEN, NOW, OWNER
from tests.rows import load_rows


def cursor(**changes):
    values = {"cursor": "page 2", "complete": False, "updated_at": NOW} | changes
    return FillCursorRow(account_id=KRAKEN.account_id, user_id=OWNER, **values)


async def test_a_row_that_counts_up_returns_its_number(database):
    async with database.write() as session:
        first = await insert_row(session, ProcessRunRow(started_at=NOW, clean=False))
        second = await insert_row(session, ProcessRunRow(started_at=NOW, clean=True))

    assert (first, second) == ((1,), (2,))


async def test_a_row_is_written_over_the_one_of_its_key_with_what_is_none_too(database):
    async with database.write() as session:
        await replace_row(session, cursor())
        await replace_row(session, cursor(cursor=None, complete=True, updated_at=NOW + timedelta(hours=1)))

    async with database.read() as session:
        (row,) = await load_rows(session, select(FillCursorRow))
    assert (row.cursor, row.complete, row.updated_at) == (None, True, NOW + timedelta(hours=1))


async def test_a_known_row_takes_one_statement(database):
    async with database.write() as session:
        await replace_row(session, cursor())
    async with database.write() as session:
        sent = []
        event.listen(session.connection, "before_cursor_execute", lambda *call: sent.append(call[2]))
        await replace_row(session, cursor(complete=True))

    assert [statement.split()[0] for statement in sent] == ["UPDATE"]
