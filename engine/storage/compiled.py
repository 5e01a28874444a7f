"""Statements compiled once for the life of the process: where every microsecond counts, SQLite gets them directly.

Their SQL, what turns values into stored ones and what reads them back come from the tables' own definitions, as for all
other statements; only SQLAlchemy's work for each execution is spared, which takes longer than SQLite's.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

_Convert = Callable[[Any], Any]


class Compiled:
    """A statement whose SQL does not depend on its values."""

    def __init__(self, statement: Any) -> None:
        self.statement: Executable = statement
        self._forms = dict[tuple[str, ...], _Form]()

    def execute(
        self, connection: sqlite3.Connection, dialect: Dialect, values: Mapping[str, object]
    ) -> sqlite3.Cursor:
        """Send it with values for its parameters, or for the columns that it writes."""
        form = self._form(dialect, values)
        stored = form.stored(values)
        try:
            return connection.execute(form.sql, stored)
        except sqlite3.Error as error:
            raise _database_error(form.sql, stored, error) from error

    def fetch(
        self, connection: sqlite3.Connection, dialect: Dialect, values: Mapping[str, object]
    ) -> Sequence[Any]:
        """Send it and return the rows it finds, with the columns as attributes."""
        form = self._form(dialect, values)
        stored = form.stored(values)
        try:
            found = connection.execute(form.sql, stored).fetchall()
        except sqlite3.Error as error:
            raise _database_error(form.sql, stored, error) from error
        return [form.row(one) for one in found]

    def _form(self, dialect: Dialect, values: Mapping[str, object]) -> "_Form":
        names = tuple(values)
        form = self._forms.get(names)
        if form is None:
            form = self._forms[names] = _Form(self.statement, dialect, names)
        return form


class _Form:
    """The statement as SQLite gets it with values of these names."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str]) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(names))
        if compiled.insert_prefetch or compiled.update_prefetch:
            message = "a default that Python computes is written by no compiled statement"
            raise TypeError(message)
        state = compiled.construct_expanded_state(dict.fromkeys(names))
        self.sql = state.statement
        places = state.positiontup or ()
        converters = {name: _to_stored(bind.type, dialect) for name, bind in compiled.binds.items()}
        converters |= state.processors
        #: What is the same each time stands in its place already.
        self._fixed = [_converted(state.parameters[name], converters.get(name)) for name in places]
        self._given = [
            (place, name, converters.get(name)) for place, name in enumerate(places) if name in names
        ]
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        self._make = _row_class(column.key or "" for column in columns)
        self._readers = [
            (place, read)
            for place, column in enumerate(columns)
            if (read := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def stored(self, values: Mapping[str, object]) -> list[Any]:
        """Return the values as SQLite keeps them, in the order of their places."""
        stored = self._fixed.copy()
        try:
            for place, name, convert in self._given:
                value = values[name]
                stored[place] = convert(value) if convert else value
        except (ValueError, TypeError) as error:
            raise StatementError(str(error), self.sql, dict(values), error) from error
        return stored

    def row(self, found: Sequence[Any]) -> Any:
        """Return a row with its values as they were before they were stored."""
        values = list(found)
        for place, read in self._readers:
            values[place] = read(values[place])
        return self._make(values)


def _row_class(names: Iterable[str]) -> _Convert:
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - which names is known only here
    return row._make


def _database_error(sql: str, stored: list[Any], error: sqlite3.Error) -> Exception:
    """Return SQLite's error as SQLAlchemy raises those of all other statements."""
    return DBAPIError.instance(sql, stored, error, sqlite3.Error)


def _to_stored(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _converted(value: Any, convert: Any) -> Any:
    return convert(value) if convert and value is not None else value
