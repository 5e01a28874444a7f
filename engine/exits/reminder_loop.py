"""Reminds an owner of one exit while it does not get through, whatever the exit itself is doing meanwhile."""

import asyncio
from collections import deque
from dataclasses import replace
from decimal import Decimal
from types import TracebackType
from typing import Self

from engine import wall_time
from engine.clock import Clock
from engine.exits.failure_reminders import ExitNews, FailureReminders
from engine.model.delays import HeldUp, Wait
from engine.model.failing_actions import Doing, FailingAction
from engine.model.failing_reasons import FailingReason
from engine.orders.intents import Intent
from engine.orders.under_way import is_under_way

CHECK_EVERY_S = 1.0


class ReminderLoop:
    """Reminds the owner of one exit while it is failing; leaving the block ends the reminders."""

    def __init__(self, intent: Intent, *, reminders: FailureReminders, clock: Clock) -> None:
        self._intent = intent
        self._reminders = reminders
        self._clock = clock
        # What was found under way did not get through since it left.
        self._began = clock.now()
        if is_under_way(intent) and intent.sent_at is not None:
            self._began = wall_time.at_most(intent.sent_at, self._began)
        self._news = ExitNews(why="", doing=FailingAction.TRY_AGAIN)
        self._unreadable: tuple[str, ...] = ()
        #: What must be reported whatever was reported just before, until it is written down.
        self._urgent = deque[ExitNews]()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._urgent and not isinstance(error, asyncio.CancelledError):
            # Nobody tries it again after this.
            await self._send_urgent()

    async def note(
        self, why: FailingReason, doing: Doing, *, wait: Wait | None = None, is_urgent: bool = False
    ) -> None:
        """Note what is wrong now and what is being done; the first time, or where it is urgent, it is sent at once.

        What cannot be written down now is tried again each second: the exit goes on meanwhile.
        """
        self._news = ExitNews(why=why, doing=doing, wait=wait, unreadable=self._unreadable)
        self._reminders.keep(self._intent, self._news, since=self._began)
        if is_urgent:
            self._urgent.append(self._news)
        if self._task is None or is_urgent:
            await self._send_due()
        if self._task is None:
            self._task = asyncio.create_task(self._remind())

    def go_on_with(self, intent: Intent, *, quantity: Decimal) -> None:
        """Name from now on what sells the exit now, and how much of it."""
        self._intent = replace(intent, quantity=quantity)

    @property
    def held_up(self) -> HeldUp | None:
        """Return since when and why the exit did not get through; None where nothing was in its way."""
        held_up = self._reminders.why(self._intent.intent_id)
        return held_up and replace(held_up, wait=None)

    def name_unreadable(self, orders: tuple[str, ...]) -> None:
        """Name with every reminder the open orders that could not be read: they may be what is in the way."""
        self._unreadable = orders

    async def _remind(self) -> None:
        while True:
            await self._clock.sleep(CHECK_EVERY_S)
            await self._send_due()

    async def _send_due(self) -> None:
        await self._send_urgent()
        await self._send(replace(self._news, unreadable=self._unreadable))

    async def _send_urgent(self) -> None:
        while self._urgent:
            news, is_sent = self._urgent.popleft(), False
            try:
                is_sent = await self._send(news, is_urgent=True)
            finally:
                if not is_sent:
                    self._urgent.appendleft(news)
            if not is_sent:
                return

    async def _send(self, news: ExitNews, *, is_urgent: bool = False) -> bool:
        return await self._reminders.try_to_send(self._intent, news, is_urgent=is_urgent)
