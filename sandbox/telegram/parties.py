"""Who talks and where: accounts and chats as the Bot API names them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person or a bot."""

    user_id: int
    name: str
    is_bot: bool = False
    username: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The User object of the Bot API."""
        user: dict[str, Any] = {"id": self.user_id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            user["username"] = self.username
        return user


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A private chat, a supergroup or a channel."""

    chat_id: int
    kind: str
    title: str

    @property
    def is_private(self) -> bool:
        """Whether only one person and the bot are here."""
        return self.kind == "private"

    def to_json(self) -> dict[str, Any]:
        """The Chat object of the Bot API."""
        name = "first_name" if self.is_private else "title"
        return {"id": self.chat_id, "type": self.kind, name: self.title}


#: Who Telegram says wrote when an administrator hides behind the group.
ANONYMOUS_ADMIN = Account(user_id=1087968824, name="Group", is_bot=True, username="GroupAnonymousBot")
#: Who Telegram says wrote when somebody writes in the name of a channel.
CHANNEL_BOT = Account(user_id=136817688, name="Channel", is_bot=True, username="Channel_Bot")
