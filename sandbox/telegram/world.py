"""Everything the stand-in knows: the bot, its chats, open button presses, commands, photos and documents."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from sandbox.telegram.chat import Chat, Message
from sandbox.telegram.document import Document
from sandbox.telegram.errors import bad_request, forbidden
from sandbox.telegram.news import News
from sandbox.telegram.parties import Account, Room
from sandbox.telegram.photo import Photo
from sandbox.telegram.updates import UpdateQueue
from sandbox.telegram.view import CallbackAnswer, ChatEvent, ChatEventKind

#: After this long a press can no longer be answered (15 to 30 s in practice).
CALLBACK_TTL_S = 15
#: Scope as JSON, language code.
DEFAULT_SCOPE = ('{"type": "default"}', "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPress:
    """A button press that waits for its answer."""

    query_id: str
    user_id: int
    chat: Chat
    at: float


class World:
    """The state behind all methods; everything that happens goes through here."""

    def __init__(self, *, bot: Account, now: Callable[[], float]) -> None:
        self.bot = bot
        self.now = now
        self.news = News()
        self.updates = UpdateQueue(now=now, news=self.news)
        self.chats: dict[int, Chat] = {}
        self.answers: list[CallbackAnswer] = []
        #: by scope and language
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.photos: dict[str, Photo] = {}
        self.documents: dict[str, Document] = {}
        self._message_ids = count(1)
        self._query_ids = count(7_000_001)
        self._presses: dict[str, OpenPress] = {}

    @property
    def default_commands(self) -> list[dict[str, str]]:
        """The command menu for everybody, in no particular language."""
        return self.commands.get(DEFAULT_SCOPE, [])

    def open_chat(self, room: Room) -> Chat:
        """The chat of a room, made at first sight."""
        if room.chat_id not in self.chats:
            self.chats[room.chat_id] = Chat(room, message_ids=self._message_ids, news=self.news)
        return self.chats[room.chat_id]

    def chat_for_bot(self, chat_id: int) -> Chat:
        """The chat the bot wants to write to, or the server's refusal."""
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.blocked:
            where = "blocked by the user" if chat.room.is_private else "kicked from the supergroup chat"
            raise forbidden(f"bot was {where}")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def tell_bot(self, kind: str, payload: dict[str, Any]) -> None:
        """Queue an update."""
        self.updates.put(kind, payload)

    def press(self, *, chat: Chat, message: Message, by: Account, data: str) -> str:
        """Queue a button press; returns the query id the bot has to answer."""
        query_id = str(next(self._query_ids))
        self._presses[query_id] = OpenPress(query_id=query_id, user_id=by.user_id, chat=chat, at=self.now())
        query = {"id": query_id, "from": by.to_json(), "message": message.to_json(), "data": data}
        self.tell_bot("callback_query", query | {"chat_instance": f"c{chat.room.chat_id}"})
        return query_id

    def answer_press(self, query_id: str, *, text: str, show_alert: bool) -> None:
        """Stop the spinner and show the text; once, and in time."""
        press = self._presses.pop(query_id, None)
        if press is None or self.now() - press.at > CALLBACK_TTL_S:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        answer = CallbackAnswer(
            query_id=query_id, user_id=press.user_id, text=text, show_alert=show_alert, at=self.now()
        )
        self.answers.append(answer)
        press.chat.emit(ChatEvent(kind=ChatEventKind.TOAST, answer=answer))
