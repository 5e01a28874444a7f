"""What Telegram's answers show besides their contents: that requests succeed, and Telegram's time."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
from telegram.request import HTTPXRequest

from bot.telegram.readable_pauses import bound_pause
from bot.telegram.readable_updates import pass_over_unreadable
from engine.clock import Clock, moment
from engine.server_times import ServerTimes

_DONE = b'{"ok":true'
#: The chat of a message that it took.
_CHAT = re.compile(rb'"chat":\s*\{\s*"id":\s*(-?\d+)')
_SEND = "/sendMessage"

_SERVER = "telegram"
#: An answer is dated when it leaves, however long the poll was held open: no longer ago than this.
_ON_ITS_WAY_S = 2.0


class TelegramConnection:
    """The HTTP side of the bot: reports each request that Telegram carried out, and keeps Telegram's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times = ServerTimes(clock)
        #: Called with the chat of a message that was accepted; None for any other request.
        self.on_done: Callable[[int | None], object] = lambda _: None

    def request(self, **options: Any) -> HTTPXRequest:
        """Return a request object of python-telegram-bot whose answers are observed."""
        return _ObservedRequest(
            self, httpx_kwargs={"event_hooks": {"response": [self._note_date]}}, **options
        )

    def on_our_clock(self, at: datetime) -> datetime:
        """Return what our clock, right or wrong, showed at a time of Telegram's."""
        return at - (self._times.offset(_SERVER, moment(self._clock)) or timedelta(0))

    async def _note_date(self, response: httpx.Response) -> None:
        sent_s = self._clock.monotonic() - _ON_ITS_WAY_S
        self._times.note(_SERVER, response.headers.get("Date"), sent_s=sent_s)


class _ObservedRequest(HTTPXRequest):
    """Inspects each answer; a page of some proxy or an error is none."""

    def __init__(self, connection: TelegramConnection, **options: Any) -> None:
        super().__init__(**options)
        self._connection = connection

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; updates that cannot be understood are passed over, and so are pauses."""
        return bound_pause(pass_over_unreadable(HTTPXRequest.parse_json_payload(payload)))

    async def do_request(self, url: str, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(url, *arguments, **options)
        if body[: len(_DONE) + 1].replace(b" ", b"").startswith(_DONE):
            self._connection.on_done(_chat_of(body) if url.endswith(_SEND) else None)
        return status, body


def _chat_of(body: bytes) -> int | None:
    found = _CHAT.search(body)
    return int(found[1]) if found else None
