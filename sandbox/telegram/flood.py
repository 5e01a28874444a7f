"""Flood control per chat, off unless asked for: short bursts pass, then about one message a second."""

import math
from dataclasses import dataclass

#: Methods that count, edits included.
COUNTED = frozenset({"sendMessage", "sendPhoto", "editMessageText", "editMessageReplyMarkup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodLimit:
    """How much one chat bears."""

    messages_per_s: float = 1.0
    burst: int = 3


class FloodControl:
    """A leaking bucket for each chat."""

    def __init__(self, limit: FloodLimit | None) -> None:
        self._limit = limit
        self._levels: dict[str, tuple[float, float]] = {}

    def retry_after(self, method: str, chat_id: str, *, at: float) -> int:
        """Count a message; a positive answer refuses it and says for how many seconds."""
        if self._limit is None or method not in COUNTED:
            return 0
        level, since = self._levels.get(chat_id, (0.0, at))
        level = max(0.0, level - (at - since) * self._limit.messages_per_s)
        excess = level + 1 - self._limit.burst
        if excess > 0:
            self._levels[chat_id] = (level, at)
            return math.ceil(excess / self._limit.messages_per_s)
        self._levels[chat_id] = (level + 1, at)
        return 0
