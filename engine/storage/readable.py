"""Stored rows, each read on its own account: one that cannot be read is named and keeps no other from being read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import NoneType, SimpleNamespace
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Column, Dialect, Row, type_coerce
from sqlalchemy.types import NULLTYPE
from sqlmodel.sql.sqltypes import AutoString

from engine.storage.base import Table
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, attributes, key_columns

#: The name in a session's `info` of what its database could not read.
UNREADABLE = "unreadable"
#: What a column's type raises for a stored value that is none of its own.
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


class UnreadableValueError(Exception):
    """A stored value has no meaning; the message names it."""


class UnreadableRecordError(Exception):
    """Something cannot go on without a row that cannot be read; the message names it and why."""


class UnreadableRows:
    """The rows of one database that could not be read when they were last queried."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[object, ...]], _Found] = {}

    def __iter__(self) -> Iterator[UnreadableRow]:
        return iter([found.row for found in self._found.values()])

    def of(self, *tables: str) -> tuple[UnreadableRow, ...]:
        """Return those of some tables."""
        return tuple(row for row in self if row.table in tables)

    async def read_again(self, session: DatabaseSession) -> None:
        """Forget what can be read by now, is gone, or is not queried any more."""
        for place, found in tuple(self._found.items()):
            read = await read_rows(session, found.statement, found.build, **found.values)
            if not read.unreadable:
                self._found.pop(place, None)

    def note(
        self,
        rows: Iterable[UnreadableRow],
        statement: Prepared[Any],
        build: Callable[[Any], Any],
        values: Mapping[str, object],
    ) -> None:
        """Keep rows with the statement that found them."""
        for row in rows:
            one = statement.where(*_is_row(statement.table, row.key))
            self._found[row.table, row.key] = _Found(row=row, statement=one, build=build, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    row: UnreadableRow
    statement: Prepared[Any]
    build: Callable[[Any], Any]
    values: Mapping[str, Any]


@contextmanager
def parsing() -> Iterator[None]:
    """Read what a column holds as text: where it means nothing, the row is damaged, not our code wrong."""
    try:
        yield
    except (ValueError, ArithmeticError) as error:
        raise UnreadableValueError(str(error)) from error


async def readable_rows(
    session: DatabaseSession,
    statement: Prepared[R],
    build: Callable[[R], T],
    *,
    most: int | None = None,
    **values: object,
) -> tuple[T, ...]:
    """Return what can be read of what a statement finds, `most` of it; the rest is noted with its database."""
    return (await read_rows(session, statement, build, most=most, **values)).readable


async def readable_row(
    session: DatabaseSession, statement: Prepared[R], build: Callable[[R], T], **values: object
) -> T | None:
    """Return the first that can be read of what a statement finds; None without one."""
    return next(iter(await readable_rows(session, statement, build, most=1, **values)), None)


async def read_rows(
    session: DatabaseSession,
    statement: Prepared[R],
    build: Callable[[R], T],
    *,
    most: int | None = None,
    **values: object,
) -> Read[T]:
    """Return what can be read of what a statement finds, and what cannot.

    `build` gets what the columns' types can read, and raises `UnreadableValueError` for what means nothing to it.
    """
    try:
        found = await _fetch_checked(session, statement, most=most, values=values)
        return Read(tuple(map(build, found)))
    except UnreadableValueError:
        read = await _read_singly(session, statement, build, most=most, values=values)
    rows: UnreadableRows | None = session.info.get(UNREADABLE)
    if rows is not None:
        rows.note(read.unreadable, statement, build, values)
    return read


async def _read_singly(
    session: DatabaseSession,
    statement: Prepared[R],
    build: Callable[[R], T],
    *,
    most: int | None,
    values: Mapping[str, object],
) -> Read[T]:
    """Read each row by itself; all come with one statement, for there may be many beside the damaged one."""
    readable, unreadable = list[T](), list[UnreadableRow]()
    dialect = session.connection.dialect
    for stored in await session.send(statement.stored, **values):
        if most is not None and len(readable) == most:
            break
        try:
            readable.append(build(_typed(statement, stored, dialect)))
        except UnreadableValueError as error:
            unreadable.append(_describe(statement, stored, error, dialect))
    return Read(tuple(readable), tuple(unreadable))


def _typed(statement: Prepared[R], stored: Row[*tuple[Any, ...]], dialect: Dialect) -> R:
    """Return a row as it is read together with others, from the values that SQLite keeps."""
    typed = SimpleNamespace()
    try:
        for (name, column), value in zip(statement.columns, stored, strict=True):
            read = _reader(column, dialect)
            setattr(typed, name, read(value) if read else value)
        _check_row(statement.table, tuple(vars(typed).values()))
    except _DAMAGE as error:
        raise UnreadableValueError(str(error)) from error
    return cast(R, typed)


def _describe(
    statement: Prepared[Any], stored: Row[*tuple[Any, ...]], error: Exception, dialect: Dialect
) -> UnreadableRow:
    table: type[Table] = statement.table
    own = attributes(table)
    values = {column.name: value for (_, column), value in zip(own, stored, strict=False)}
    misfits = (_misfit(column, values[column.name], dialect) for _, column in own)
    why = next((misfit for misfit in misfits if misfit), "") or str(error) or type(error).__name__
    key = tuple(values[column.name] for column in key_columns(table))
    return UnreadableRow(table=str(table.__tablename__), key=key, why=why, values=values)


def _misfit(column: Column[Any], value: object, dialect: Dialect) -> str:
    """Return what is wrong with a stored value; empty where nothing is."""
    read = _reader(column, dialect)
    try:
        _check(column, read(value) if read else value)
    except _DAMAGE:
        return f"its {column.name.replace('_', ' ')} is {repr(value)[:_SHOWN]}"
    return ""


async def _fetch_checked(
    session: DatabaseSession, statement: Prepared[Any], *, most: int | None, values: Mapping[str, Any]
) -> Sequence[Any]:
    """Return rows whose every value is one of its column's."""
    try:
        rows = await statement.fetch(session, most=most, **values)
        # SQLite keeps any kind of value in any column, and our plainer types pass it on.
        for row in rows:
            _check_row(statement.table, row)
    except _DAMAGE as error:
        raise UnreadableValueError(str(error)) from error
    return rows


def _check_row(table: type[Table], row: Sequence[object]) -> None:
    if not all(map(isinstance, row, _kinds(table))):
        for (_, column), value in zip(attributes(table), row, strict=False):
            _check(column, value)


def _check(column: Column[Any], value: object) -> None:
    if not isinstance(value, _kind(column)):
        message = f"{column.name} is {repr(value)[:_SHOWN]}"
        raise TypeError(message)


@cache
def _kinds(table: type[Table]) -> tuple[tuple[type, ...], ...]:
    return tuple(_kind(column) for _, column in attributes(table))


@cache
def _kind(column: Column[Any]) -> tuple[type, ...]:
    kind = str if isinstance(column.type, AutoString) else column.type.python_type
    return (kind, NoneType) if column.nullable else (kind,)


@cache
def _reader(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what reads a column's values; None where they are read as they are."""
    return column.type.dialect_impl(dialect).result_processor(dialect, None)


def _is_row(table: type[Table], key: tuple[object, ...]) -> list[Any]:
    pairs = zip(key_columns(table), key, strict=True)
    return [type_coerce(column, NULLTYPE) == value for column, value in pairs]
