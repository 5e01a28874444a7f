"""Chats whose alerts wait because Telegram was out of reach; they leave as soon as it does anything again."""

from collections.abc import Collection

from bot.pauses import Pauses


class Unreached:
    """Knows which chats could not be reached, and lets what waits for them leave once they can be."""

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses
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

    def hasten(self, *, busy: Collection[int]) -> None:
        """Let what waits leave now, except in chats where something is on its way."""
        chats = self._due.difference(busy)
        if chats:
            self._due -= chats
            self._pauses.end(chats)
