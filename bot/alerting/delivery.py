"""Alerts from the outbox to their readers: in order per chat, critical ones first, none lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
from telegram import Bot

from bot.alerting.alert_pauses import AlertPauses
from bot.alerting.closed_chats import ClosedChats
from bot.alerting.outbox_listener import on_new_alerts
from bot.alerting.sending import SendFailedError, send_batch
from bot.alerting.unreachable_chats import UnreachableChats
from bot.supervision.jobs import Job, WatchedJob
from bot.supervision.restarting import run_restarting
from bot.telegram.errors import PRESS_START
from bot.telegram.retry import (
    AsPlainText,
    Later,
    PossiblyDelivered,
    Refused,
    critical_pause_s,
    pause_after_refusal_s,
)
from engine.alerts.batches import Batch
from engine.alerts.delivery_states import (
    mark_dead,
    mark_leaving,
    mark_refused,
    mark_retry,
    mark_sent,
    mark_unknown,
    readdress,
)
from engine.alerts.outbox import load_due
from engine.alerts.outbox_unreadable import give_up_unreadable, has_unreadable
from engine.clock import Clock
from engine.status import JobStatus
from engine.storage.database import Database
from handlers.render.alerts import render_batch
from handlers.render.screen import Screen
from handlers.render.times import Reader

#: Besides being woken it looks by itself: what waited for its time, or was written by another process.
SWEEP_S = 1.0
#: Longer than finding out what is due may take.
CYCLE_S = 30.0
#: Longer than a send may take with all of its time limits.
SEND_S = 120.0

log = structlog.get_logger(__name__)

#: Through whose eyes an alert is rendered; None for somebody the bot no longer knows.
ReaderOf = Callable[[int], Awaitable[Reader | None]]


class _UnrenderableError(Exception):
    """An alert that could not be rendered."""


class Delivery:
    """The one sender of alerts."""

    def __init__(
        self,
        *,
        database: Database,
        bot: Bot,
        may_send: asyncio.Event,
        reader_of: ReaderOf,
        clock: Clock,
        redact: Callable[[str], str],
        owner_ids: Sequence[int] = (),
    ) -> None:
        self._database = database
        self._owner_ids = tuple(owner_ids)
        self._bot = bot
        self._may_send = may_send
        self._reader_of = reader_of
        self._clock = clock
        self._redact = redact
        job = Job(name="alerts", every_s=SWEEP_S, what=self._deliver_due, budget_s=CYCLE_S)
        self._cycle = WatchedJob(job, clock=clock, redact=redact)
        self._pauses = AlertPauses(clock)
        self._closed_chats = ClosedChats(database, self._pauses)
        self._unreachable_chats = UnreachableChats(self._pauses)
        self._new_alerts = asyncio.Event()
        self._stopping = False
        self._sender: asyncio.Task[None] | None = None
        #: What is on its way, one alert a chat.
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._failures: list[BaseException] = []
        self._crash = ""

    @property
    def status(self) -> JobStatus:
        """Return how the sending is doing."""
        status = self._cycle.status
        return replace(status, last_error=self._crash) if self._crash else status

    def start(self) -> None:
        """Begin to send."""
        self._sender = asyncio.create_task(self._run(), name="alerts")

    def wake(self) -> None:
        """Look at once; what is committed in this process does this by itself."""
        self._new_alerts.set()

    def on_message(self, chat_id: int) -> None:
        """Send at once what waited for a chat to be opened: somebody wrote there."""
        if self._closed_chats.on_message(chat_id):
            self.wake()

    def on_success(self, chat_id: int | None = None) -> None:
        """Send at once what waited for Telegram: it did something, or took a message for that chat."""
        if self._unreachable_chats.on_success(chat_id):
            self.wake()

    async def stop(self) -> None:
        """Send what may leave now, and no more."""
        self._stopping = True
        self.wake()
        if self._sender:
            await self._sender

    async def _run(self) -> None:
        try:
            await run_restarting("alerts", self._send_until_stopped, on_crash=self._note_crash)
            await self._send_what_may_leave()
            self._raise_failures()
        finally:
            await self._cut_off()

    async def _send_until_stopped(self) -> None:
        with on_new_alerts(self._database, self.wake):
            while not self._stopping:
                self._new_alerts.clear()
                await self._cycle.run()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_S):
                        await self._new_alerts.wait()

    def _note_crash(self, error: BaseException) -> None:
        self._crash = self._redact(f"{type(error).__name__}: {error}")

    async def _send_what_may_leave(self) -> None:
        """Send until everything is sent or has to wait; a chat that fails is not tried again by itself."""
        self.wake()
        with on_new_alerts(self._database, self.wake):
            while self._sending or self._new_alerts.is_set():
                if self._new_alerts.is_set():
                    self._new_alerts.clear()
                    await self._cycle.run()
                else:
                    await asyncio.wait(self._sending.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _cut_off(self) -> None:
        sending = tuple(self._sending.values())
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    async def _deliver_due(self) -> None:
        """Let the next alert of every chat leave that has none on its way."""
        self._crash = ""
        if not self._may_send.is_set():
            return
        await self._closed_chats.release_now()
        self._unreachable_chats.release_now(busy=set(self._sending))
        # What is on its way now may look due to this reading, and be over after it.
        busy = set(self._sending)
        await self._give_up_unreadable()
        async with self._database.read() as session:
            due = await load_due(session, now=self._clock.now(), held=self._pauses.held())
        for batch in due:
            if batch.first.chat_id not in busy:
                self._send(batch)
        self._raise_failures()

    async def _give_up_unreadable(self) -> None:
        async with self._database.read() as session:
            if not await has_unreadable(session):
                return
        async with self._database.write() as session:
            lost = await give_up_unreadable(session, now=self._clock.now())
        log.error("alerts whose stored data cannot be read are given up", alerts=lost)

    def _raise_failures(self) -> None:
        failures, self._failures = self._failures, []
        if failures:
            raise BaseExceptionGroup("alerts were not taken care of", failures)

    def _send(self, batch: Batch) -> None:
        first = batch.first
        task = asyncio.create_task(self._deliver_in_time(batch), name=f"alert {first.alert_id}")
        self._sending[first.chat_id] = task
        task.add_done_callback(partial(self._sent, first.chat_id))

    def _sent(self, chat_id: int, task: asyncio.Task[None]) -> None:
        del self._sending[chat_id]
        if task.cancelled():
            return
        if error := task.exception():
            self._failures.append(error)
        else:
            # The chat's next alert may be waiting.
            self.wake()

    async def _deliver_in_time(self, batch: Batch) -> None:
        async with asyncio.timeout(SEND_S):
            await self._deliver(batch)

    async def _deliver(self, batch: Batch) -> None:
        reader = await self._reader_of(batch.first.user_id)
        if reader is None:
            await self._redirect(batch)
            return
        async with self._database.write() as session:
            again_at = self._clock.now() + timedelta(seconds=SEND_S)
            await mark_leaving(session, batch, again_at=again_at)
        self._pauses.hold(batch, SEND_S)
        try:
            message_id = await send_batch(self._bot, batch, self._render(batch, reader))
        except _UnrenderableError as broken:
            await self._note_refusal(batch, self._redact(str(broken)))
        except SendFailedError as failed:
            await self._note_failure(batch, failed)
        except asyncio.CancelledError:
            await asyncio.shield(
                self._note_possibly_delivered(batch, after_s=0, why="stopped while it was being sent")
            )
            raise
        else:
            async with self._database.write() as session:
                await mark_sent(session, batch, message_id=message_id, now=self._clock.now())

    async def _note_failure(self, batch: Batch, failed: SendFailedError) -> None:
        why = self._redact(str(failed))
        match failed.verdict:
            case PossiblyDelivered(after_s=after_s):
                await self._note_possibly_delivered(batch, after_s=after_s, why=why)
                self._unreachable_chats.note_failure(batch.first.chat_id)
            case Later(after_s=after_s, closed=closed, requested=requested):
                if closed:
                    self._closed_chats.note_refusal(batch.first.chat_id)
                    why = f"{why}; {PRESS_START}"
                if requested and batch.is_critical:
                    after_s = critical_pause_s(after_s, attempts=batch.attempts + 1)
                    self._unreachable_chats.note_pause(batch.first.chat_id)
                log.warning("an alert was not delivered", **_named(batch), why=why, again_in_s=after_s)
                self._pauses.hold(batch, after_s)
                not_before = self._clock.now() + timedelta(seconds=after_s)
                async with self._database.write() as session:
                    await mark_retry(session, batch, not_before=not_before, error=why)
                if not closed and not requested:
                    self._unreachable_chats.note_failure(batch.first.chat_id)
            case AsPlainText() | Refused():
                await self._note_refusal(batch, why)

    def _render(self, batch: Batch, reader: Reader) -> Screen:
        try:
            return render_batch(batch, reader)
        except Exception as error:
            # Whatever is wrong with one alert, it must not hold up the others of its chat.
            raise _UnrenderableError(f"{type(error).__name__}: {error}") from error

    async def _note_refusal(self, batch: Batch, why: str) -> None:
        pause_s = pause_after_refusal_s(batch.refusals + 1, critical=batch.is_critical)
        if pause_s is None:
            await self._give_up(batch, why)
            return
        log.error("an alert was refused even as plain text", **_named(batch), why=why, again_in_s=pause_s)
        self._pauses.hold(batch, pause_s, may_end=False)
        not_before = self._clock.now() + timedelta(seconds=pause_s)
        async with self._database.write() as session:
            await mark_refused(session, batch, not_before=not_before, error=why)

    async def _note_possibly_delivered(self, batch: Batch, *, after_s: float, why: str) -> None:
        log.warning("an alert may not have arrived; it is repeated", **_named(batch), why=why)
        self._pauses.hold(batch, after_s)
        not_before = self._clock.now() + timedelta(seconds=after_s)
        async with self._database.write() as session:
            await mark_unknown(session, batch, not_before=not_before, error=why)

    async def _redirect(self, batch: Batch) -> None:
        """Send the owners what a reader who is no longer known cannot receive, if it is critical."""
        others = [owner_id for owner_id in self._owner_ids if owner_id != batch.first.user_id]
        if not batch.is_critical or not others:
            await self._give_up(batch, "its reader is no longer known")
            return
        log.warning("an alert goes to the owners: its reader is no longer known", **_named(batch))
        async with self._database.write() as session:
            await readdress(session, batch, to=others, now=self._clock.now())

    async def _give_up(self, batch: Batch, why: str) -> None:
        log.error("an alert is given up", **_named(batch), user_id=batch.first.user_id, why=why)
        async with self._database.write() as session:
            await mark_dead(session, batch, error=why)


def _named(batch: Batch) -> dict[str, object]:
    return {"alert": batch.first.message.kind, "alerts": len(batch.alerts)}
