"""Looking at a chat: what stands there, waiting for what comes, a stream of events."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sandbox.telegram.chat import Chat
from sandbox.telegram.view import ChatAction, ChatEvent, ChatMessage
from sandbox.telegram.world import World

Predicate = Callable[[ChatMessage], bool]
_TRANSCRIPT = 3


class ChatWindow:
    """A chat on somebody's screen."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self._chat = chat

    @property
    def chat_id(self) -> int:
        """The id by which the bot knows this chat."""
        return self._chat.room.chat_id

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """What stands in the chat now, oldest first."""
        return self._chat.messages

    @property
    def history(self) -> tuple[ChatMessage, ...]:
        """Every version of every message in the order in which they appeared."""
        return tuple(self._chat.versions)

    @property
    def typing(self) -> tuple[ChatAction, ...]:
        """Every chat action the bot has shown here."""
        return tuple(self._chat.actions)

    def message(self, message_id: int) -> ChatMessage:
        """A message as it stands now."""
        return next(one for one in self.messages if one.message_id == message_id)

    async def wait_for(
        self,
        wanted: Predicate | str,
        timeout_s: float = 5.0,
        *,
        after: ChatMessage | int | None = None,
    ) -> ChatMessage:
        """Wait for a message of the bot that contains a text or satisfies a predicate; an edit counts.

        Without `after` anything that stands in the chat counts too; with a message id, what came or was
        edited since that message; with a message, what came or was edited since that version of it.
        """
        matches = _contains(wanted) if isinstance(wanted, str) else wanted
        standing = () if after is not None else self.messages
        start = self._change_of(after)

        def look() -> ChatMessage | None:
            since = (*standing, *self._chat.versions[start:])
            return next((one for one in since if one.from_bot and matches(one)), None)

        what = repr(wanted) if isinstance(wanted, str) else "a matching message"
        return await self._world.news.until(
            look, timeout_s=timeout_s, missing=lambda: f"no {what}; the chat ends with {self._transcript()}"
        )

    def subscribe(self) -> "Subscription":
        """A stream of what happens from now on; close it when done."""
        return Subscription(self._chat.subscribers)

    def _change_of(self, after: ChatMessage | int | None) -> int:
        if isinstance(after, ChatMessage):
            return after.change
        if after is None:
            return len(self._chat.versions)
        return next((one.change for one in self._chat.versions if one.message_id == after), 0)

    def _transcript(self) -> list[str]:
        return [one.text for one in self.messages[-_TRANSCRIPT:]]


class Subscription:
    """An endless async iterator of chat events."""

    def __init__(self, subscribers: set[asyncio.Queue[ChatEvent]]) -> None:
        self._subscribers = subscribers
        self._queue: asyncio.Queue[ChatEvent] = asyncio.Queue()
        subscribers.add(self._queue)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatEvent:
        return await self._queue.get()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        self._subscribers.discard(self._queue)


def _contains(text: str) -> Predicate:
    return lambda message: text in message.text
