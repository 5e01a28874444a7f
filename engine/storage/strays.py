"""Connections that were opened for a task which was cancelled before the pool knew them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.storage.connecting import uninterrupted


class Strays:
    """Knows connections of an engine that were opened for a task which ended before the pool knew them."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._new: dict[object, Any] = {}
        # Between the two SQLAlchemy prepares the connection, and forgets it when it is interrupted there.
        event.listen(engine.sync_engine, "connect", self._opened, insert=True)
        event.listen(engine.sync_engine, "connect", self._prepared)

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """Close what this task leaves."""
        try:
            yield
        finally:
            if stray := self._new.pop(asyncio.current_task(), None):
                await uninterrupted(stray.driver_connection.close())

    def _opened(self, connection: Any, _record: object) -> None:
        self._new[asyncio.current_task()] = connection

    def _prepared(self, _connection: Any, _record: object) -> None:
        self._new.pop(asyncio.current_task(), None)
