"""Reminds an owner of one exit while it does not get through, whatever the exit itself is doing meanwhile."""

import asyncio
from collections import deque
from dataclasses import replace
from types import TracebackType
from typing import Self

from engine import wall_time
from engine.clock import Clock
from engine.exits.failure_reminders import FailureReminders
from engine.model.delays import HeldUp, Wait
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
        self._why = ""
        self._doing = ""
        self._wait: Wait | None = None
        self._unreadable: tuple[str, ...] = ()
        #: What must be reported whatever was reported just before, with what was being done, until it is written down.
        self._urgent = deque[tuple[str, str, Wait | None]]()
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

    async def note(self, why: str, doing: str, *, wait: Wait | None = None, is_urgent: bool = False) -> None:
        """Note what is wrong now and what is being done; the first time, or where it is urgent, it is sent at once.

        What cannot be written down now is tried again each second: the exit goes on meanwhile.
        """
        self._why, self._doing, self._wait = why, doing, wait
        self._reminders.keep_reason(self._intent, why + self._in_the_way(), wait=wait, since=self._began)
        if is_urgent:
            self._urgent.append((why + self._in_the_way(), doing, wait))
        if self._task is None or is_urgent:
            await self._send_due()
        if self._task is None:
            self._task = asyncio.create_task(self._remind())

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
        why = self._why + self._in_the_way()
        await self._reminders.try_to_send(self._intent, why, self._doing, wait=self._wait)

    async def _send_urgent(self) -> None:
        while self._urgent:
            why, doing, wait = self._urgent.popleft()
            is_sent = False
            try:
                is_sent = await self._reminders.try_to_send(
                    self._intent, why, doing, wait=wait, is_urgent=True
                )
            finally:
                if not is_sent:
                    self._urgent.appendleft((why, doing, wait))
            if not is_sent:
                return

    def _in_the_way(self) -> str:
        if not self._unreadable:
            return ""
        named = ", ".join(self._unreadable)
        return (
            f"; {self._intent.venue.label} also lists what NIJA cannot read and what may hold it ({named}): "
            "cancel that there yourself"
        )
