"""Statements that are built once and sent with other values each time: building one takes longer than its answer."""

from collections.abc import Collection, Sequence
from functools import cache, cached_property
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    bindparam,
    insert,
    inspect,
    type_coerce,
    update,
)
from sqlalchemy import Table as PlainTable
from sqlalchemy.types import NULLTYPE
from sqlmodel.sql.expression import SelectOfScalar

from engine.storage.base import Table
from engine.storage.compiled import Compiled
from engine.storage.session import DatabaseSession

R = TypeVar("R", bound=Table)


class Prepared(Generic[R]):
    """A statement for whole rows of a table, which come as plain rows with the attributes of its class.

    `extra` columns come with each row, under their own names.
    """

    def __init__(self, statement: SelectOfScalar[R], **extra: Any) -> None:
        self.statement = statement
        self.table: type[R] = statement.column_descriptions[0]["entity"]
        self._extra = extra

    def where(self, *conditions: ColumnElement[bool]) -> "Prepared[R]":
        """Return the statement for fewer of its rows."""
        return Prepared(self.statement.where(*conditions), **self._extra)

    @cached_property
    def all(self) -> Select[Any]:
        """Return what finds every row."""
        own = (getattr(self.table, name).label(name) for name, _ in attributes(self.table))
        extra = (column.label(name) for name, column in self._extra.items())
        return cast(Select[Any], self.statement.with_only_columns(*own, *extra))

    @cached_property
    def columns(self) -> tuple[tuple[str, Column[Any]], ...]:
        """Return the columns of what is found, by the attributes of its rows."""
        return (*attributes(self.table), *self._extra.items())

    @cached_property
    def stored(self) -> Select[Any]:
        """Return what finds every row with its values as the database keeps them, whatever their columns' types."""
        plain = (type_coerce(column, NULLTYPE).label(name) for name, column in self.columns)
        return cast(Select[Any], self.statement.with_only_columns(*plain))

    @cached_property
    def first(self) -> Select[Any]:
        """Return a statement for at most `most` rows, its parameter."""
        return self.all.limit(bindparam("most"))

    async def fetch(self, session: DatabaseSession, *, most: int | None, **values: object) -> Sequence[Any]:
        """Return the rows it finds, at most so many of them."""
        limit = {} if most is None else {"most": most}
        if any(map(_is_list, values.values())):
            # Its SQL has a place for each of them.
            found = await session.send(self.all if most is None else self.first, **limit, **values)
            return found.all()
        return await session.fetch(
            self._compiled_all if most is None else self._compiled_first, **limit, **values
        )

    @cached_property
    def _compiled_all(self) -> Compiled:
        return Compiled(self.all)

    @cached_property
    def _compiled_first(self) -> Compiled:
        return Compiled(self.first)


def _is_list(value: object) -> bool:
    return not isinstance(value, str) and isinstance(value, Collection)


def begins_with(column: Any) -> ColumnElement[bool]:
    """Return whether a text begins with a prefix, whose `prefix_range` are the values to send with it."""
    return and_(column >= bindparam("prefix"), column < bindparam("after_prefix"))


def prefix_range(prefix: str) -> dict[str, Any]:
    """Return the range of every text that begins so, which an index serves; LIKE would look at every row.

    SQLite orders text by its UTF-8 bytes, which is the order of its characters.
    """
    last, surrogates = ord(prefix[-1]) + 1, range(0xD800, 0xE000)
    after = prefix[:-1] + chr(surrogates.stop if last in surrogates else last)
    return {"prefix": prefix, "after_prefix": after}


async def insert_values(session: DatabaseSession, table: type[Table], **values: object) -> int:
    """Insert a row of these columns; return its number, where the database counts its rows up.

    What `insert_row` writes, without building the row: for what an exit writes before its order leaves.
    """
    return (await session.change(_insert(table), **values)).lastrowid or 0


async def insert_row(session: DatabaseSession, row: Table) -> tuple[Any, ...]:
    values, keys = stored_values(row), {column.name for column in key_columns(type(row))}
    # A key that the database counts up is none yet.
    given = {name: value for name, value in values.items() if value is not None or name not in keys}
    inserted = await session.change(_insert(type(row)), **given)
    return tuple(given.get(column.name, inserted.lastrowid) for column in key_columns(type(row)))


async def replace_row(session: DatabaseSession, row: Table) -> None:
    """Insert a row, or write it over the one of its key, which nobody has to be able to read."""
    values = stored_values(row)
    key = {f"this_{column.name}": values[column.name] for column in key_columns(type(row))}
    replaced = await session.change(_replace(type(row)), **key, **values)
    if not replaced.rowcount:
        await insert_row(session, row)


def stored_values(row: Table) -> dict[str, Any]:
    """Return the values of a row by the names of their columns."""
    return {column.name: getattr(row, name) for name, column in attributes(type(row))}


@cache
def attributes(table: type[Table]) -> tuple[tuple[str, Column[Any]], ...]:
    """Return the attributes of a table's class with their columns, which may have other names."""
    mapper = inspect(table)
    return tuple((mapper.get_property_by_column(column).key, column) for column in plain_table(table).c)


@cache
def plain_table(table: type[Table]) -> PlainTable:
    """Return the table itself, for statements that change it."""
    return cast(PlainTable, inspect(table).local_table)


@cache
def key_columns(table: type[Table]) -> tuple[Column[Any], ...]:
    return tuple(inspect(table).primary_key)


@cache
def _insert(table: type[Table]) -> Compiled:
    return Compiled(insert(plain_table(table)))


@cache
def _replace(table: type[Table]) -> Compiled:
    same = (column == bindparam(f"this_{column.name}") for column in key_columns(table))
    return Compiled(update(plain_table(table)).where(*same))
