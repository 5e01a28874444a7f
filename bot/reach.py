"""Notices that Telegram does what it is asked, whoever asked: what waits for it need wait no longer."""

from collections.abc import Callable
from typing import Any

from telegram.request import HTTPXRequest

from bot.readable_updates import pass_over_unreadable

_DONE = b'{"ok":true'


class Reach:
    """Tells its one listener of every request that Telegram carried out."""

    def __init__(self) -> None:
        self.on_done: Callable[[], object] = lambda: None

    def request(self, **options: Any) -> HTTPXRequest:
        """Return a way to Telegram that is listened to."""
        return _Heard(self, **options)


class _Heard(HTTPXRequest):
    """Looks at each answer on its way; a page of some proxy or an error is none."""

    def __init__(self, reach: Reach, **options: Any) -> None:
        super().__init__(**options)
        self._reach = reach

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; updates that cannot be understood are passed over."""
        return pass_over_unreadable(HTTPXRequest.parse_json_payload(payload))

    async def do_request(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """Send a request."""
        status, body = await super().do_request(*arguments, **options)
        if body[: len(_DONE) + 1].replace(b" ", b"").startswith(_DONE):
            self._reach.on_done()
        return status, body
