"""Telling the outside world without Telegram: a heartbeat, and critical alerts to a second address."""

import asyncio

import aiohttp
import structlog
from pydantic import SecretStr
from sqlmodel import col, select

from engine.alerts.kinds import AlertState
from engine.alerts.messages import load_message
from engine.clock import Clock
from engine.storage.database import Database
from engine.storage.tables import AlertRow
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
        if self._told is None:
            self._told = await self._told_before()
        async with self._database.read() as session:
            found = await session.exec(
                select(AlertRow)
                .where(col(AlertRow.critical), col(AlertRow.alert_id) > self._told)
                .order_by(col(AlertRow.alert_id))
            )
            rows = found.all()
        for row in rows:
            screen = render_alert(load_message(row.data), Reader(now=self._clock.now()))
            await call(self._url, text=plain_text(screen.text))
            self._told = row.alert_id

    async def _told_before(self) -> int:
        # Said once too often rather than never: what Telegram has not taken may not have been told here either.
        pending = col(AlertRow.state).in_((AlertState.WAITING, AlertState.UNKNOWN))
        number = col(AlertRow.alert_id)
        async with self._database.read() as session:
            first_pending = (await session.exec(select(number).where(pending).order_by(number))).first()
            last = (await session.exec(select(number).order_by(number.desc()))).first()
        return first_pending - 1 if first_pending is not None else last or 0
