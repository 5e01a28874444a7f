"""The chat as people see it."""

from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.telegram.document import Document
from sandbox.telegram.keyboard import Keyboard


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One version of one message; an edit makes a new version."""

    message_id: int
    from_bot: bool
    #: plain text or caption, markup applied
    text: str
    #: the same as HTML
    html: str
    #: rows of labels
    buttons: tuple[tuple[str, ...], ...]
    sent_at: float
    edited_at: float | None
    photo: bytes | None = field(repr=False)
    document: Document | None = field(default=None, repr=False)
    #: delivered without a sound
    silent: bool
    #: counts the versions of all messages of the chat
    change: int
    keyboard: Keyboard = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAnswer:
    """What pops up after a button press; an empty text only stops the spinner."""

    query_id: str
    user_id: int
    text: str
    show_alert: bool
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAction:
    """`typing…` and the like under the bot's name."""

    action: str
    at: float


class ChatEventKind(StrEnum):
    """What may happen in a chat."""

    NEW = "new"
    EDIT = "edit"
    DELETE = "delete"
    TOAST = "toast"
    ACTION = "action"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """Something happened in the chat."""

    kind: ChatEventKind
    message: ChatMessage | None = None
    answer: CallbackAnswer | None = None
    action: ChatAction | None = None
