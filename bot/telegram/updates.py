"""Which chat updates were handled, kept in the database for as long as Telegram may repeat them."""

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from engine.clock import Clock
from engine.storage.database import Database
from engine.storage.process_store import is_noted, note_update
from engine.storage.process_table import HandledUpdateRow

#: Telegram keeps what was not confirmed for a day.
KEEP = timedelta(days=2)


class StoredUpdates:
    """Remembers over restarts which updates were handled: Telegram repeats what was not confirmed to it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def is_handled(self, update_id: int) -> bool:
        async with self._database.read() as session:
            return await is_noted(session, update_id)

    async def mark_handled(self, update_id: int) -> None:
        async with self._database.write() as session:
            await note_update(session, update_id, now=self._clock.now())

    async def forget_old(self) -> None:
        """Drop what Telegram no longer repeats; a job does this now and then."""
        async with self._database.write() as session:
            oldest = self._clock.now() - KEEP
            await session.exec(delete(HandledUpdateRow).where(col(HandledUpdateRow.at) < oldest))
