"""Stored rows, each read on its own account: one that cannot be read is named and keeps no other from being read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Dialect, Executable, inspect, type_coerce, update
from sqlalchemy import select as select_columns
from sqlalchemy.types import NULLTYPE
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar
from sqlmodel.sql.sqltypes import AutoString

from engine.storage.tables import GuardRow, IntentRow
from engine.storage.tables.base import Table

#: The name in a session's `info` of what its database could not read.
UNREADABLE = "unreadable"
#: What turning a stored value into one of ours raises; whatever the database itself raises is of the file.
_DAMAGE = (ValueError, TypeError, ArithmeticError)
_SHOWN = 40

R = TypeVar("R", bound=Table)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRow:
    """A row as it is stored, and what of it cannot be read."""

    table: str
    key: tuple[object, ...]
    why: str
    #: By column, without the meaning that our types give them.
    values: Mapping[str, object]

    def text(self, column: str) -> str:
        """Return a column's text; empty where it holds none."""
        value = self.values.get(column)
        return value if isinstance(value, str) else ""

    @property
    def user_id(self) -> int | None:
        """Return whose row it is; None where that cannot be read either."""
        value = self.values.get("user_id")
        return value if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """What a statement found."""

    readable: tuple[T, ...]
    unreadable: tuple[UnreadableRow, ...] = ()


class UnreadableRecordError(Exception):
    """Something cannot go on without a row that cannot be read; the message says which and why."""


class UnreadableRows:
    """The rows of one database that could not be read when they were last asked for."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[object, ...]], _Found] = {}

    def __iter__(self) -> Iterator[UnreadableRow]:
        return iter([found.row for found in self._found.values()])

    def of(self, *tables: str) -> tuple[UnreadableRow, ...]:
        """Return those of some tables."""
        return tuple(row for row in self if row.table in tables)

    def has_exits_or_guards(self) -> bool:
        """Tell whether a guard or an order is among them: somebody's position may be without its guard."""
        return bool(self.of(str(GuardRow.__tablename__), str(IntentRow.__tablename__)))

    async def read_again(self, session: AsyncSession) -> None:
        """Forget what can be read by now, is gone, or is not asked for any more."""
        for place, found in tuple(self._found.items()):
            read = await read_rows(session, found.statement, found.build)
            if not read.unreadable:
                self._found.pop(place, None)

    def note(
        self, rows: Iterable[UnreadableRow], statement: SelectOfScalar[Any], build: Callable[[Any], Any]
    ) -> None:
        """Keep rows with the statement that found them."""
        table = _table(statement)
        for row in rows:
            one = statement.where(*_is_row(table, row.key))
            self._found[row.table, row.key] = _Found(row=row, statement=one, build=build)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    row: UnreadableRow
    statement: SelectOfScalar[Any]
    build: Callable[[Any], Any]


async def readable_rows(
    session: AsyncSession,
    statement: SelectOfScalar[R],
    build: Callable[[R], T],
    *,
    most: int | None = None,
) -> tuple[T, ...]:
    """Return what can be read of what a statement finds, `most` of it; the rest is noted with its database."""
    return (await read_rows(session, statement, build, most=most)).readable


async def readable_row(
    session: AsyncSession, statement: SelectOfScalar[R], build: Callable[[R], T]
) -> T | None:
    """Return the first that can be read of what a statement finds; None without one."""
    return next(iter(await readable_rows(session, statement, build, most=1)), None)


async def replace_row(session: AsyncSession, row: Table) -> None:
    """Insert a row, or write it over the one of its key, which nobody has to be able to read."""
    table = type(row)
    values = {name: getattr(row, name) for name, _ in _attributes(table)}
    key = tuple(values[column.name] for column in _key_columns(table))
    same = [column == value for column, value in zip(_key_columns(table), key, strict=True)]
    replaced = await session.exec(update(table).where(*same).values(**values))
    if not replaced.rowcount:
        session.add(row)
        await session.flush()


async def read_rows(
    session: AsyncSession,
    statement: SelectOfScalar[R],
    build: Callable[[R], T],
    *,
    most: int | None = None,
) -> Read[T]:
    """Return what can be read of what a statement finds, and what cannot."""
    try:
        found = await session.exec(statement if most is None else statement.limit(most))
        return Read(tuple(build(_checked(row)) for row in found))
    except _DAMAGE:
        read = await _read_singly(session, statement, build, most=most)
    rows: UnreadableRows | None = session.info.get(UNREADABLE)
    if rows is not None:
        rows.note(read.unreadable, statement, build)
    return read


async def _read_singly(
    session: AsyncSession, statement: SelectOfScalar[R], build: Callable[[R], T], *, most: int | None
) -> Read[T]:
    table, readable, unreadable = _table(statement), list[T](), list[UnreadableRow]()
    connection = await session.connection()
    keys = _as_stored(statement, _key_columns(table))
    for key in (tuple(row) for row in (await connection.execute(keys)).all()):
        if most is not None and len(readable) == most:
            break
        try:
            found = await session.exec(statement.where(*_is_row(table, key)))
            readable += [build(_checked(row)) for row in found]
        except _DAMAGE as error:
            unreadable.append(await _describe(session, table, key, error))
    return Read(tuple(readable), tuple(unreadable))


async def _describe(
    session: AsyncSession, table: type[Table], key: tuple[object, ...], error: Exception
) -> UnreadableRow:
    columns = _columns(table)
    connection = await session.connection()
    stored = select_columns(*(type_coerce(column, NULLTYPE).label(column.name) for column in columns))
    row = (await connection.execute(stored.where(*_is_row(table, key)))).one_or_none()
    values = dict(zip((column.name for column in columns), row or (), strict=False))
    misfits = (_misfit(column, values.get(column.name), connection.dialect) for column in columns)
    why = next((misfit for misfit in misfits if misfit), "") or str(error) or type(error).__name__
    return UnreadableRow(table=str(table.__tablename__), key=key, why=why, values=values)


def _misfit(column: Column[Any], value: object, dialect: Dialect) -> str:
    """Return what is wrong with a stored value; empty where nothing is."""
    processor = column.type.dialect_impl(dialect).result_processor(dialect, None)
    try:
        _check(column, processor(value) if processor else value)
    except _DAMAGE:
        return f"its {column.name.replace('_', ' ')} is {repr(value)[:_SHOWN]}"
    return ""


def _checked(row: R) -> R:
    # SQLite keeps any kind of value in any column, and our plainer types pass it on.
    for name, column in _attributes(type(row)):
        _check(column, getattr(row, name))
    return row


def _check(column: Column[Any], value: object) -> None:
    if value is None and column.nullable:
        return
    if not isinstance(value, _kind(column)):
        message = f"{column.name} is {repr(value)[:_SHOWN]}"
        raise TypeError(message)


@cache
def _kind(column: Column[Any]) -> type:
    return str if isinstance(column.type, AutoString) else column.type.python_type


@cache
def _attributes(table: type[Table]) -> tuple[tuple[str, Column[Any]], ...]:
    mapper = inspect(table)
    return tuple((mapper.get_property_by_column(column).key, column) for column in _columns(table))


def _columns(table: type[Table]) -> tuple[Column[Any], ...]:
    return tuple(inspect(table).local_table.c)


def _table(statement: SelectOfScalar[Any]) -> type[Table]:
    table: type[Table] = statement.column_descriptions[0]["entity"]
    return table


def _key_columns(table: type[Table]) -> tuple[Column[Any], ...]:
    return tuple(inspect(table).primary_key)


def _as_stored(statement: SelectOfScalar[Any], columns: Sequence[Column[Any]]) -> Executable:
    return statement.with_only_columns(*(type_coerce(column, NULLTYPE) for column in columns))


def _is_row(table: type[Table], key: tuple[object, ...]) -> list[Any]:
    pairs = zip(_key_columns(table), key, strict=True)
    return [type_coerce(column, NULLTYPE) == value for column, value in pairs]
