"""Chats whose alerts wait because Telegram was unreachable or requested a pause; they leave once it answers."""

from collections.abc import Collection

from bot.alerting.alert_pauses import AlertPauses


class UnreachableChats:
    """Tracks which chats could not be reached, and releases their alerts once they can be."""

    def __init__(self, pauses: AlertPauses) -> None:
        self._pauses = pauses
        self._waiting: set[int] = set()
        #: Chats for which Telegram named a pause, with something critical in it.
        self._paused: set[int] = set()
        self._due: set[int] = set()

    def note_failure(self, chat_id: int) -> None:
        """Remember that the way to a chat failed; nothing was wrong with the chat."""
        self._waiting.add(chat_id)

    def note_pause(self, chat_id: int) -> None:
        """Remember that Telegram named a pause: it is over once the same chat takes anything."""
        self._paused.add(chat_id)

    def on_success(self, chat_id: int | None = None) -> bool:
        """Note that Telegram works, in that chat if it took a message; True when something waited for that."""
        if chat_id is not None and chat_id in self._paused:
            self._paused.discard(chat_id)
            self._due.add(chat_id)
        self._due |= self._waiting
        self._waiting.clear()
        return bool(self._due)

    def release_now(self, *, busy: Collection[int]) -> None:
        """Release waiting alerts now, except in chats where one is being sent."""
        chats = self._due.difference(busy)
        if chats:
            self._due -= chats
            self._pauses.end(chats)
