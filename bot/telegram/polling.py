"""Fetches updates for as long as the process lives: no answer of Telegram's ends it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.supervision.jobs import Job, WatchedJob
from bot.telegram.errors import error_text
from bot.telegram.polling_alarm import PollingAlarm
from bot.telegram.retry import backoff_s, kept_pause_s, requested_pause_s
from engine.clock import Clock
from engine.status import JobStatus
from handlers.chat_context import ChatApplication
from handlers.registry import ALLOWED_UPDATES
from handlers.render.times import exact_duration

POLL_S = timedelta(seconds=20)
RETRY_MOST_S = 30.0
#: Longer than a poll may take with all of its time limits.
POLL_BUDGET_S = 90.0
TOKEN_REFUSED = "Telegram refuses NIJA_TELEGRAM_TOKEN; take the token again from @BotFather."  # noqa: S105
_TWO_POLLERS = "another process polls with this bot token: stop one of them, both may sell"
#: Telegram refuses polls with the same status while updates go to a web address.
_WEBHOOK = "webhook"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFailure:
    """Why nothing could be fetched, and how long to wait."""

    why: str
    pause_s: float
    #: The pause that Telegram itself named, of which no more than an hour is kept.
    requested_s: float | None = None


def judge_poll(error: TelegramError, *, failures: int) -> PollFailure:
    """Decide what a failed poll means; `failures` counts those in a row, this one included.

    A refusal may be a passing fault of Telegram's: guards do not depend on it, so polling goes on whatever the refusal is.
    """
    kept_s = kept_pause_s(error)
    if kept_s is not None:
        return PollFailure(why=error_text(error), pause_s=kept_s, requested_s=requested_pause_s(error))
    pause_s = min(backoff_s(failures), RETRY_MOST_S)
    match error:
        case InvalidToken():
            return PollFailure(why=TOKEN_REFUSED, pause_s=pause_s)
        case Conflict() if is_second_poller(error):
            return PollFailure(why=_TWO_POLLERS, pause_s=pause_s)
    return PollFailure(why=error_text(error), pause_s=pause_s)


def is_second_poller(error: TelegramError) -> bool:
    """Return whether a poll was refused because another process polls."""
    return isinstance(error, Conflict) and _WEBHOOK not in error.message.lower()


class Polling:
    """Dispatches each update once, and knows whether the chat can be read."""

    def __init__(
        self,
        application: ChatApplication,
        *,
        polling_alarm: PollingAlarm,
        clock: Clock,
        redact: Callable[[str], str],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._application = application
        self._polling_alarm = polling_alarm
        self._redact = redact
        self._sleep = sleep
        self._clock = clock
        #: Until when Telegram requested a pause.
        self._paused_until_s: float | None = None
        job = Job(name="chat", every_s=POLL_S.total_seconds(), what=self._poll, budget_s=POLL_BUDGET_S)
        self._cycle = WatchedJob(job, clock=clock, redact=redact)
        self._has_no_webhook = False
        self._offset: int | None = None
        self._failures = 0
        self._pause_s = 0.0
        self._last_failure: str | None = None

    @property
    def status(self) -> JobStatus:
        """Return when it last requested updates, and why it got none."""
        status = self._cycle.status
        why = self._pause_text() or self._last_failure or self._polling_alarm.second_poller
        return replace(status, last_error=why) if why else status

    def _pause_text(self) -> str | None:
        if self._paused_until_s is None:
            return None
        left = timedelta(seconds=self._paused_until_s - self._clock.monotonic())
        return f"Telegram asks for a pause; the chat is read again in {exact_duration(left)}"

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            pause_s = await self._poll_once()
            if pause_s:
                await self._sleep(pause_s)

    def fail(self, error: TelegramError) -> float:
        """Note that Telegram could not be reached, and return how long to wait."""
        self._failures += 1
        if is_second_poller(error):
            self._polling_alarm.note_conflict()
        failure = judge_poll(error, failures=self._failures)
        return self._note(failure)

    def note_crash(self, error: BaseException) -> None:
        """Note an error that is no answer of Telegram's; the next poll that works clears it."""
        self._last_failure = self._redact(f"{type(error).__name__}: {error}")

    async def confirm(self) -> None:
        """Confirm the handled updates to Telegram, so that they are not sent again after the next start."""
        if self._offset is None or self._paused_until_s is not None:
            return
        try:
            await self._fetch(timedelta(0))
        except TelegramError as error:
            log.warning("what was taken is not confirmed; it comes again", why=error_text(error))

    async def _poll_once(self) -> float:
        self._pause_s = 0.0
        await self._cycle.run()
        broken = self._cycle.status.last_error
        if broken is None:
            return self._pause_s
        # Not Telegram's refusal, which is no error of the job: an error of ours, or a poll that hung.
        self._failures += 1
        return self._note(PollFailure(why=broken, pause_s=min(backoff_s(self._failures), RETRY_MOST_S)))

    async def _poll(self) -> None:
        try:
            if not self._has_no_webhook:
                self._has_no_webhook = await self._application.bot.delete_webhook()
            updates = await self._fetch(POLL_S)
        except TelegramError as error:
            self._pause_s = self.fail(error)
            return
        self._failures, self._last_failure, self._paused_until_s = 0, None, None
        self._polling_alarm.note_success()
        for update in updates:
            self._dispatch(update)

    async def _fetch(self, hang_for: timedelta) -> Sequence[Update]:
        return await self._application.bot.get_updates(
            offset=self._offset, timeout=hang_for, allowed_updates=ALLOWED_UPDATES
        )

    def _dispatch(self, update: Update) -> None:
        application = self._application
        handling = application.update_processor.process_update(update, application.process_update(update))
        application.create_task(handling, update=update, name=f"update {update.update_id}")
        self._offset = update.update_id + 1

    def _note(self, failure: PollFailure) -> float:
        why = self._redact(failure.why)
        log.warning("polling failed; trying again", why=why, in_s=failure.pause_s)
        self._last_failure = why
        self._paused_until_s = (
            self._clock.monotonic() + failure.pause_s if failure.requested_s is not None else None
        )
        self._polling_alarm.note_failure(why, requested_s=failure.requested_s or 0.0, kept_s=failure.pause_s)
        return failure.pause_s
