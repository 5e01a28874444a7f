"""What sends statements within one unit of work."""

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeVar, TypeVarTuple, cast, overload

from sqlalchemy import Connection, CursorResult, Executable, ScalarResult, UpdateBase
from sqlmodel.sql.expression import Select, SelectOfScalar

from engine.storage.compiled import Compiled

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class DatabaseSession:
    """The statements of one transaction, which whoever opened it commits or rolls back.

    Nothing here waits: SQLite answers in microseconds, and to carry each statement to another thread and back costs
    more than the statement does. Methods are awaited because a database over a network would wait.
    """

    def __init__(self, connection: Connection, **info: Any) -> None:
        self.connection = connection
        #: What those who use this session note for those who come after them.
        self.info = info
        self._results = list[CursorResult[Any]]()

    @overload
    async def exec(self, statement: SelectOfScalar[T]) -> ScalarResult[T]: ...
    @overload
    async def exec(self, statement: Select[*Ts]) -> CursorResult[*Ts]: ...
    @overload
    async def exec(self, statement: UpdateBase) -> CursorResult[Any]: ...
    async def exec(self, statement: Executable) -> Any:
        """Send a statement; a single selected column comes as its values."""
        found = await self.send(statement)
        if not isinstance(statement, SelectOfScalar):
            return found
        if len(found.keys()) > 1:
            message = "the rows of a table are found by a Prepared statement"
            raise TypeError(message)
        return found.scalars()

    async def send(self, statement: Executable, **values: object) -> CursorResult[*tuple[Any, ...]]:
        """Send a statement with values for its parameters; what is found are rows."""
        result = self.connection.execute(statement, values)
        if result.returns_rows:
            self._results.append(result)
        return result

    async def fetch(self, statement: Compiled, **values: object) -> Sequence[Any]:
        """Send a compiled statement and return every row it finds."""
        return statement.fetch(self.raw, self.connection.dialect, values)

    async def change(self, statement: Compiled, **values: object) -> sqlite3.Cursor:
        """Send a compiled statement that writes; what is returned tells of how many rows, and the last one's number."""
        return statement.execute(self.raw, self.connection.dialect, values)

    @cached_property
    def raw(self) -> sqlite3.Connection:
        """Return SQLite's own connection, which this session's statements share."""
        return cast(sqlite3.Connection, self.connection.connection.driver_connection)

    def close(self) -> None:
        """Let go of what was not read: SQLite keeps its view of the database open for it."""
        for result in self._results:
            result.close()
        self._results.clear()
