"""Telling the outside world without Telegram: a heartbeat, and critical alerts to a second address."""

import asyncio

import aiohttp
import structlog
from pydantic import SecretStr

from engine.alerts.outbox import load_critical_after, load_last_gone
from engine.clock import Clock
from engine.storage.database import Database
from handlers.render.alerts import render_alert
from handlers.render.html import plain_text
from handlers.render.times import Reader

TIMEOUT = aiohttp.ClientTimeout(total=5)
BAD_STATUS = 400

log = structlog.get_logger(__name__)


class OutsideError(Exception):
    """An address outside did not take what it was told; its name is a secret and not in here."""


async def call(url: SecretStr, *, text: str | None = None) -> None:
    """Fetch an address, or post a text to it as JSON; raise OutsideError when that fails."""
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            method, body = ("GET", None) if text is None else ("POST", {"text": text})
            async with session.request(method, url.get_secret_value(), json=body) as answer:
                if answer.status >= BAD_STATUS:
                    raise OutsideError(f"it answered {answer.status}")
    except (aiohttp.ClientError, TimeoutError) as error:
        # Their words may contain the address.
        raise OutsideError(type(error).__name__) from None


class Heartbeat:
    """Pings an address while all guards are watched, so that silence is noticed elsewhere."""

    def __init__(self, url: SecretStr) -> None:
        self._url = url
        self._ping: asyncio.Task[None] | None = None

    def beat(self) -> None:
        """Send a ping unless one is still under way; nobody waits for it."""
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._send(), name="heartbeat")

    async def _send(self) -> None:
        try:
            await call(self._url)
        except OutsideError as error:
            log.warning("the heartbeat was not heard", why=str(error))


class SecondChannel:
    """Posts every critical alert to an address of the owner's, whatever Telegram does."""

    def __init__(self, url: SecretStr, *, database: Database, clock: Clock) -> None:
        self._url = url
        self._database = database
        self._clock = clock
        self._told: int | None = None

    async def tell_new(self) -> None:
        """Post what came since the last time, in order; a failure is tried again by the next run of this job."""
        async with self._database.read() as session:
            if self._told is None:
                # Said once too often rather than never: what Telegram has not taken may not have been told here.
                self._told = await load_last_gone(session)
            alerts = await load_critical_after(session, self._told)
        for alert in alerts:
            screen = render_alert(alert.message, Reader(now=self._clock.now()))
            await call(self._url, text=plain_text(screen.text))
            self._told = alert.alert_id
