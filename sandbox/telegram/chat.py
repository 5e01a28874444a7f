"""The state of one chat: its messages, all their versions, and who listens."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sandbox.telegram.document import Document
from sandbox.telegram.errors import bad_request
from sandbox.telegram.keyboard import Keyboard, keyboard_json, labels
from sandbox.telegram.news import News
from sandbox.telegram.parties import Account, Room
from sandbox.telegram.photo import Photo
from sandbox.telegram.render import render_html
from sandbox.telegram.text import FormattedText
from sandbox.telegram.view import ChatAction, ChatEvent, ChatEventKind, ChatMessage

#: After this long a bot can no longer delete a message.
DELETABLE_S = 48 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the server stores it."""

    message_id: int
    room: Room
    sender: Account
    sender_chat: Room | None = None
    body: FormattedText
    keyboard: Keyboard = ()
    sent_at: float
    edited_at: float | None = None
    photo: Photo | None = None
    document: Document | None = None
    silent: bool = False
    reply_to: "Message | None" = None

    def to_json(self) -> dict[str, Any]:
        """The Message object of the Bot API; dates are whole seconds."""
        message: dict[str, Any] = {
            "message_id": self.message_id,
            "from": self.sender.to_json(),
            "chat": self.room.to_json(),
            "date": int(self.sent_at),
        }
        if self.sender_chat:
            message["sender_chat"] = self.sender_chat.to_json()
        if self.edited_at is not None:
            message["edit_date"] = int(self.edited_at)
        if self.reply_to:
            # Only one level: the message replied to does not carry the one it replied to.
            message["reply_to_message"] = replace(self.reply_to, reply_to=None).to_json()
        if self.keyboard:
            message["reply_markup"] = keyboard_json(self.keyboard)
        return message | self._content()

    def _content(self) -> dict[str, Any]:
        is_file = self.photo is not None or self.document is not None
        text, entities = ("caption", "caption_entities") if is_file else ("text", "entities")
        content: dict[str, Any] = {"photo": self.photo.to_json()} if self.photo else {}
        if self.document:
            content["document"] = self.document.to_json()
        if self.body.text:
            content[text] = self.body.text
        if self.body.entities:
            content[entities] = [entity.to_json() for entity in self.body.entities]
        return content


class Chat:
    """Messages of one room, oldest first."""

    def __init__(self, room: Room, *, message_ids: Iterator[int], news: News) -> None:
        self.room = room
        #: whether the bot may write: in private it may after the person wrote first
        self.started = not room.is_private
        self.blocked = False
        #: every version of every message in order, as people saw them
        self.versions: list[ChatMessage] = []
        self.actions: list[ChatAction] = []
        self.subscribers: set[asyncio.Queue[ChatEvent]] = set()
        self._message_ids = message_ids
        self._news = news
        self._messages: dict[int, Message] = {}
        self._shown: dict[int, ChatMessage] = {}

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """What stands in the chat now."""
        return tuple(self._shown.values())

    def find(self, message_id: int) -> Message | None:
        """The message with this id, if it is still there."""
        return self._messages.get(message_id)

    def post(
        self,
        *,
        sender: Account,
        body: FormattedText,
        at: float,
        sender_chat: Room | None = None,
        keyboard: Keyboard = (),
        photo: Photo | None = None,
        document: Document | None = None,
        silent: bool = False,
        reply_to: Message | None = None,
    ) -> Message:
        """Add a message."""
        message = Message(
            message_id=next(self._message_ids),
            room=self.room,
            sender=sender,
            sender_chat=sender_chat,
            body=body,
            keyboard=keyboard,
            sent_at=at,
            photo=photo,
            document=document,
            silent=silent,
            reply_to=reply_to,
        )
        self._show(message, ChatEventKind.NEW)
        return message

    def edit(self, message: Message, *, body: FormattedText, keyboard: Keyboard, at: float) -> Message:
        """Change words and buttons; a change to the same is refused, as the server refuses it."""
        if (body, keyboard) == (message.body, message.keyboard):
            same = "are exactly the same as a current content and reply markup of the message"
            raise bad_request(
                f"message is not modified: specified new message content and reply markup {same}"
            )
        edited = replace(message, body=body, keyboard=keyboard, edited_at=at)
        self._show(edited, ChatEventKind.EDIT)
        return edited

    def delete(self, message_id: int, *, at: float) -> None:
        """Take a message away."""
        message = self._messages.get(message_id)
        if message is None:
            raise bad_request("message to delete not found")
        if at - message.sent_at > DELETABLE_S:
            raise bad_request("message can't be deleted for everyone")
        del self._messages[message_id]
        self.emit(ChatEvent(kind=ChatEventKind.DELETE, message=self._shown.pop(message_id)))

    def act(self, action: ChatAction) -> None:
        """Show that the bot is busy."""
        self.actions.append(action)
        self.emit(ChatEvent(kind=ChatEventKind.ACTION, action=action))

    def emit(self, event: ChatEvent) -> None:
        """Tell everybody who looks at this chat."""
        for queue in self.subscribers:
            queue.put_nowait(event)
        self._news.tell()

    def _show(self, message: Message, kind: ChatEventKind) -> None:
        self._messages[message.message_id] = message
        version = self._version_of(message)
        self.versions.append(version)
        self._shown[message.message_id] = version
        self.emit(ChatEvent(kind=kind, message=version))

    def _version_of(self, message: Message) -> ChatMessage:
        return ChatMessage(
            message_id=message.message_id,
            from_bot=message.sender.is_bot and message.sender_chat is None,
            text=message.body.text,
            html=render_html(message.body),
            buttons=labels(message.keyboard),
            sent_at=message.sent_at,
            edited_at=message.edited_at,
            photo=message.photo.content if message.photo else None,
            document=message.document,
            silent=message.silent,
            change=len(self.versions) + 1,
            keyboard=message.keyboard,
        )
