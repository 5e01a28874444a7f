"""Stored rows, read and changed past the repositories."""

from sqlalchemy import update
from sqlmodel import select

from engine.storage.statements import Prepared, key_columns, plain_table


async def load_rows(session, statement):
    """Return the rows that the select of a whole table finds."""
    return (await session.send(Prepared(statement).all)).all()


async def load_row(session, table, key):
    (row,) = await load_rows(session, select(table).where(_is_row(table, key)))
    return row


async def change_row(session, table, key, **values):
    changed = await session.send(update(plain_table(table)).where(_is_row(table, key)).values(**values))
    assert changed.rowcount == 1


def _is_row(table, key):
    (column,) = key_columns(table)
    return column == key
