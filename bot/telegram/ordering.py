"""Updates of one chat one after the other, different chats side by side, none handled twice."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.telegram.updates import StoredUpdates


class PerChat(BaseUpdateProcessor):
    """Holds a lock per chat while one of its updates is handled."""

    def __init__(self, most: int, *, updates: StoredUpdates) -> None:
        super().__init__(most)
        #: Called with the chat after each update that was handled.
        self.on_handled: Callable[[int], None] = lambda _chat_id: None
        self._updates = updates
        self._locks: dict[int | None, tuple[asyncio.Lock, int]] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle an update when its chat is free, unless it was handled before."""
        if not isinstance(update, Update):
            await coroutine
            return
        chat_id = update.effective_chat.id if update.effective_chat else None
        try:
            async with self._chat(chat_id):
                if not await self._updates.is_handled(update.update_id):
                    await coroutine
                    await self._updates.mark_handled(update.update_id)
                    if chat_id is not None:
                        self.on_handled(chat_id)
        finally:
            # A repeated update's coroutine was never awaited, and Python would complain of it.
            if inspect.iscoroutine(coroutine):
                coroutine.close()

    async def initialize(self) -> None:
        """Do nothing: locks are made when needed."""

    async def shutdown(self) -> None:
        """Do nothing: locks go with their last user."""

    @asynccontextmanager
    async def _chat(self, chat_id: int | None) -> AsyncIterator[None]:
        lock, users = self._locks.get(chat_id, (asyncio.Lock(), 0))
        self._locks[chat_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(chat_id)
            if users > 1:
                self._locks[chat_id] = (lock, users - 1)
