import sqlite3
from contextlib import closing
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, Text, event
from sqlalchemy.dialects import sqlite
from sqlmodel import col, select

from engine.alerts.table import AlertRow
from engine.orders.fills_table import FillCursorRow
from engine.storage.process_table import ProcessRunRow
from engine.storage.statements import begins_with, insert_row, prefix_range, replace_row
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
        session.raw.set_trace_callback(sent.append)
        await replace_row(session, cursor(complete=True))
        session.raw.set_trace_callback(None)

    assert [statement.split()[0] for statement in sent] == ["UPDATE"]


WORDS = st.text(st.characters(min_codepoint=1, max_codepoint=0x10FFFE, exclude_categories=["Cs"]), max_size=6)


@given(prefix=WORDS.filter(bool), rest=WORDS, other=WORDS)
@example(prefix="a_", rest="1", other="ab1")
@example(prefix="A", rest="", other="a")
@example(prefix="\ud7ff", rest="", other="\ue000")
def test_a_text_begins_with_its_prefix_as_it_does_here(prefix, rest, other):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        words = {prefix + rest, other}
        connection.executemany("INSERT INTO words VALUES (?)", [(word,) for word in words])
        words_table = Table("words", MetaData(), Column("word", Text))
        where = begins_with(words_table.c.word).compile(dialect=sqlite.dialect(paramstyle="named"))
        found = connection.execute(f"SELECT word FROM words WHERE {where}", prefix_range(prefix))  # noqa: S608

        assert {word for (word,) in found} == {word for word in words if word.startswith(prefix)}


async def test_what_begins_so_is_found_by_the_index_of_its_column(database):
    same = begins_with(col(AlertRow.dedup_key))
    async with database.read() as session:
        sent = []
        event.listen(session.connection, "before_cursor_execute", lambda *call: sent.append(call[2:4]))
        await session.send(select(AlertRow.dedup_key).where(same), **prefix_range("exit:1:"))
        [(statement, values)] = sent
        plan = session.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()

    assert ["SEARCH" in row.detail for row in plan] == [True]
