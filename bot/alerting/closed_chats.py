"""Chats that take nothing now: blocked, or never started. A message from its user opens a chat."""

from sqlmodel import col, select

from bot.alerting.alert_pauses import AlertPauses
from bot.telegram.retry import CLOSED_CHAT_SIGNS
from engine.alerts.kinds import AlertState
from engine.alerts.table import AlertRow
from engine.storage.database import Database


class ClosedChats:
    """Tracks which chats refused an alert, and releases what waits as soon as they are open."""

    def __init__(self, database: Database, pauses: AlertPauses) -> None:
        self._database = database
        self._pauses = pauses
        self._closed: set[int] | None = None
        self._opened: set[int] = set()

    def note_refusal(self, chat_id: int) -> None:
        """Remember that a chat takes nothing."""
        if self._closed is not None:
            self._closed.add(chat_id)

    def on_message(self, chat_id: int) -> bool:
        """Note a message from a chat's user; True when an alert may wait for that."""
        if self._closed is None or chat_id not in self._closed:
            return False
        self._closed.discard(chat_id)
        self._opened.add(chat_id)
        return True

    async def release_now(self) -> None:
        """Release the alerts for chats that are open again."""
        if self._closed is None:
            self._closed = await self._load()
        opened, self._opened = self._opened, set()
        self._pauses.end(opened)

    async def _load(self) -> set[int]:
        async with self._database.read() as session:
            found = await session.exec(
                select(AlertRow.chat_id, AlertRow.last_error).where(
                    col(AlertRow.state) == AlertState.WAITING, col(AlertRow.last_error).is_not(None)
                )
            )
            return {
                chat_id
                for chat_id, error in found
                if any(sign in str(error or "").lower() for sign in CLOSED_CHAT_SIGNS)
            }
