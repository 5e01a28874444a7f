"""Alerts from the outbox to their readers: in order per chat, critical ones first, none lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from telegram import Bot

from bot.closed_chats import ClosedChats
from bot.jobs import Job, WatchedJob
from bot.news import on_new_alerts
from bot.retry import AsPlainText, Doubtful, GiveUp, Later
from bot.sending import SendFailedError, send_alert
from engine.alerts.kinds import AlertState
from engine.alerts.outbox import (
    Alert,
    claim_due,
    mark_dead,
    mark_leaving,
    mark_retry,
    mark_sent,
    mark_unknown,
    release_doubtful,
)
from engine.clock import Clock
from engine.status import JobStatus
from engine.storage.database import Database
from handlers.render.alerts import render_alert
from handlers.render.screen import Screen
from handlers.render.times import Reader

#: Besides being woken it looks by itself: what waited for its time, or was written by another process.
SWEEP_S = 1.0
#: Longer than a send may take with all of its time limits.
CYCLE_S = 120.0
MAY_BE_REPEATED = "\n<i>(may be repeated)</i>"

log = structlog.get_logger(__name__)

#: Through whose eyes an alert is rendered; None for somebody the bot no longer knows.
ReaderOf = Callable[[int], Awaitable[Reader | None]]


class Delivery:
    """The one sender of alerts."""

    def __init__(
        self,
        *,
        database: Database,
        bot: Bot,
        connected: asyncio.Event,
        reader_of: ReaderOf,
        clock: Clock,
        redact: Callable[[str], str],
    ) -> None:
        self._database = database
        self._bot = bot
        self._connected = connected
        self._reader_of = reader_of
        self._clock = clock
        self._redact = redact
        job = Job(name="alerts", every_s=SWEEP_S, what=self._deliver_due, budget_s=CYCLE_S)
        self._cycle = WatchedJob(job, clock=clock, redact=redact)
        self._closed_chats = ClosedChats(database, clock)
        self._news = asyncio.Event()
        self._stopping = False
        self._sender: asyncio.Task[None] | None = None

    @property
    def status(self) -> JobStatus:
        """Return how the sending is doing."""
        return self._cycle.status

    def start(self) -> None:
        """Begin to send."""
        self._sender = asyncio.create_task(self._send_until_stopped(), name="alerts")

    def wake(self) -> None:
        """Look at once; what is committed in this process does this by itself."""
        self._news.set()

    def note_heard(self, chat_id: int) -> None:
        """Send at once what waited for a chat to be opened: somebody wrote there."""
        if self._closed_chats.note_heard(chat_id):
            self.wake()

    async def stop(self) -> None:
        """Send what may leave now, and no more."""
        self._stopping = True
        self.wake()
        if self._sender:
            await self._sender

    async def _send_until_stopped(self) -> None:
        async with self._database.write() as session:
            await release_doubtful(session, now=self._clock.now())
        with on_new_alerts(self.wake):
            while not self._stopping:
                self._news.clear()
                await self._cycle.run()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_S):
                        await self._news.wait()
            await self._cycle.run()

    async def _deliver_due(self) -> None:
        # Chats wait for their own sends only; each round takes the next alert of every chat.
        while self._connected.is_set():
            await self._closed_chats.hasten()
            async with self._database.read() as session:
                due = await claim_due(session, now=self._clock.now())
            if not due:
                return
            results = await asyncio.gather(*map(self._deliver, due), return_exceptions=True)
            for failure in filter(None, results):
                raise failure

    async def _deliver(self, alert: Alert) -> None:
        reader = await self._reader_of(alert.user_id)
        if reader is None:
            await self._give_up(alert, "its reader is no longer known")
            return
        async with self._database.write() as session:
            again_at = self._clock.now() + timedelta(seconds=CYCLE_S)
            await mark_leaving(session, alert.alert_id, again_at=again_at)
        try:
            message_id = await send_alert(self._bot, alert, self._screen(alert, reader))
        except SendFailedError as failed:
            await self._note_failure(alert, failed)
        except asyncio.CancelledError:
            await asyncio.shield(self._note_doubt(alert, after_s=0, why="stopped while it was being sent"))
            raise
        else:
            async with self._database.write() as session:
                await mark_sent(session, alert.alert_id, message_id=message_id, now=self._clock.now())

    def _screen(self, alert: Alert, reader: Reader) -> Screen:
        screen = render_alert(alert.message, reader)
        note = MAY_BE_REPEATED if alert.state is AlertState.UNKNOWN else ""
        return Screen(text=screen.text + note, keyboard=screen.keyboard)

    async def _note_failure(self, alert: Alert, failed: SendFailedError) -> None:
        why = self._redact(str(failed))
        match failed.verdict:
            case Doubtful(after_s=after_s):
                await self._note_doubt(alert, after_s=after_s, why=why)
            case Later(after_s=after_s, closed=closed):
                if closed:
                    self._closed_chats.note_refusal(alert.chat_id)
                log.warning(
                    "an alert was not delivered", alert=alert.message.kind, why=why, again_in_s=after_s
                )
                not_before = self._clock.now() + timedelta(seconds=after_s)
                async with self._database.write() as session:
                    await mark_retry(session, alert.alert_id, not_before=not_before, error=why)
            case AsPlainText() | GiveUp():
                await self._give_up(alert, why)

    async def _note_doubt(self, alert: Alert, *, after_s: float, why: str) -> None:
        log.warning("an alert may not have arrived; it is repeated", alert=alert.message.kind, why=why)
        not_before = self._clock.now() + timedelta(seconds=after_s)
        async with self._database.write() as session:
            await mark_unknown(session, alert.alert_id, not_before=not_before, error=why)

    async def _give_up(self, alert: Alert, why: str) -> None:
        log.error("an alert is given up", alert=alert.message.kind, user_id=alert.user_id, why=why)
        async with self._database.write() as session:
            await mark_dead(session, alert.alert_id, error=why)
