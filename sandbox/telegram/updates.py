"""What the bot has not confirmed yet: the queue behind getUpdates."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.telegram.errors import conflict
from sandbox.telegram.news import News

#: Telegram forgets what nobody fetched within a day.
KEPT_S = 24 * 60 * 60
FIRST_UPDATE_ID = 500_000
MAX_BATCH = 100


class UpdateQueue:
    """Updates wait here until an offset above them confirms them; one poller at a time is served."""

    def __init__(self, *, now: Callable[[], float], news: News) -> None:
        self._now = now
        self._news = news
        self._next_id = FIRST_UPDATE_ID
        self._waiting: list[tuple[float, dict[str, Any]]] = []
        self._allowed: frozenset[str] | None = None
        self._poller: asyncio.Future[None] | None = None
        self._closed = False
        #: how many polls have arrived
        self.polls = 0

    @property
    def pending(self) -> tuple[dict[str, Any], ...]:
        """What the bot has not confirmed."""
        return tuple(update for _, update in self._waiting)

    def put(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Queue an update and wake the poller, unless the bot did not ask for this kind."""
        if self._allowed is not None and kind not in self._allowed:
            return
        self._waiting.append((self._now(), {"update_id": self._next_id, kind: dict(payload)}))
        self._next_id += 1
        self._wake_poller()

    def allow(self, kinds: frozenset[str]) -> None:
        """Remember which kinds the bot wants from now on; none named means all."""
        self._allowed = kinds or None

    async def poll(self, *, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """Confirm what lies below the offset, then answer with what waits or comes within the time."""
        self.polls += 1
        self.interrupt(conflict())
        self._confirm(offset)
        if not self._waiting and timeout_s > 0 and not self._closed:
            await self._wait(timeout_s)
        return [update for _, update in self._waiting[:limit]]

    def interrupt(self, error: Exception) -> None:
        """Let the hanging poll, if there is one, fail."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(error)

    def drop_all(self) -> None:
        """Forget what waits, as deleteWebhook may ask."""
        self._waiting.clear()
        self._news.tell()

    def open(self) -> None:
        """Let polls hang."""
        self._closed = False

    def close(self) -> None:
        """Answer the hanging poll now and let none hang again."""
        self._closed = True
        self._wake_poller()

    async def _wait(self, timeout_s: float) -> None:
        poller = self._poller = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await poller
        except TimeoutError:
            return
        finally:
            if self._poller is poller:
                self._poller = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._waiting = self._waiting[offset:]
        fresh = self._now() - KEPT_S
        self._waiting = [(at, one) for at, one in self._waiting if one["update_id"] >= offset and at > fresh]
        self._news.tell()

    def _wake_poller(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
