"""The heartbeat that a dead man's switch of the owner's waits for."""

import asyncio

import structlog
from pydantic import SecretStr

from bot.alerting.http_call import HttpCallError, call_url
from bot.alerting.requested_pause import RequestedPause
from engine.clock import Clock

log = structlog.get_logger(__name__)


class Heartbeat:
    """Pings an address while all guards are watched, so that silence is noticed elsewhere."""

    def __init__(self, url: SecretStr, *, clock: Clock) -> None:
        self._url = url
        self._pause = RequestedPause(clock)
        self._ping: asyncio.Task[None] | None = None

    def beat(self) -> None:
        """Send a ping, unless one is under way or the address requested a pause; the caller does not wait for it."""
        if self._pause.left_s == 0 and (self._ping is None or self._ping.done()):
            self._ping = asyncio.create_task(self._send(), name="heartbeat")

    async def _send(self) -> None:
        try:
            await call_url(self._url)
        except HttpCallError as error:
            self._pause.take(error)
            log.warning("the heartbeat was not received", why=str(error), again_in_s=self._pause.left_s)
