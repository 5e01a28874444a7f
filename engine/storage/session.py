"""What sends statements within one unit of work."""

from typing import Any, TypeVar, TypeVarTuple, overload

from sqlalchemy import Connection, CursorResult, Executable, ScalarResult, UpdateBase
from sqlmodel.sql.expression import Select, SelectOfScalar

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

    def close(self) -> None:
        """Let go of what was not read: SQLite keeps its view of the database open for it."""
        for result in self._results:
            result.close()
        self._results.clear()
