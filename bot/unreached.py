"""Chats whose alerts wait because Telegram was out of reach; they leave as soon as it does anything again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from engine.alerts.kinds import AlertState
from engine.clock import Clock
from engine.storage.database import Database
from engine.storage.tables import AlertRow


class Unreached:
    """Knows which chats could not be reached, and lets what waits for them leave once they can be."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: set[int] = set()
        self._due: set[int] = set()

    def note_failure(self, chat_id: int) -> None:
        """Remember that the way to a chat failed; nothing was wrong with the chat."""
        self._waiting.add(chat_id)

    def note_done(self) -> bool:
        """Note that Telegram works; True when something waited for that."""
        self._due |= self._waiting
        self._waiting.clear()
        return bool(self._due)

    async def hasten(self, *, busy: Collection[int]) -> None:
        """Let what waits leave now, except in chats where something is on its way."""
        chats = self._due.difference(busy)
        if chats:
            self._due -= chats
            await let_leave(
                self._database, chats, (AlertState.WAITING, AlertState.UNKNOWN), now=self._clock.now()
            )


async def let_leave(
    database: Database, chats: Collection[int], states: Collection[AlertState], *, now: datetime
) -> None:
    """Let what waits for these chats in one of these states leave at once."""
    async with database.write() as session:
        await session.exec(
            update(AlertRow)
            .where(
                col(AlertRow.chat_id).in_(chats),
                col(AlertRow.state).in_(states),
                col(AlertRow.not_before) > now,
            )
            .values(not_before=now)
        )
