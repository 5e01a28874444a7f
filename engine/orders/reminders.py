"""An exit that does not get through is told at once, and again until it does."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from engine.alerts.messages import ExitFailing
from engine.alerts.reminder_state import ReminderState
from engine.clock import Clock, moment
from engine.orders.intents import Intent
from engine.orders.journal import Journal

CHECK_EVERY_S = 1.0


class Trouble:
    """Reminds the owner while an exit is failing; leaving the block ends the reminders."""

    def __init__(self, intent: Intent, *, journal: Journal, clock: Clock) -> None:
        self._intent = intent
        self._journal = journal
        self._clock = clock
        self._why = ""
        self._doing = ""
        self._unreadable: tuple[str, ...] = ()
        self._told = ReminderState()
        self._reminder: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reminder is not None:
            self._reminder.cancel()
            await asyncio.gather(self._reminder, return_exceptions=True)

    async def note(self, why: str, doing: str, *, is_urgent: bool = False) -> None:
        """Say what is wrong now and what is being done; the first time, or where it must be, it is told at once."""
        self._why, self._doing = why, doing
        if self._reminder is None or is_urgent:
            await self._tell_if_due(is_due=is_urgent)
        if self._reminder is None:
            self._reminder = asyncio.create_task(self._remind())

    def name_unreadable(self, orders: tuple[str, ...]) -> None:
        """Name with every reminder the open orders that could not be read: they may be what is in the way."""
        self._unreadable = orders

    async def _remind(self) -> None:
        while True:
            await self._clock.sleep(CHECK_EVERY_S)
            if self._told.is_due(moment(self._clock)):
                # Whatever keeps one reminder from being written, the next second tries again.
                with suppress(Exception):
                    await self._tell_if_due()

    async def _tell_if_due(self, *, is_due: bool = False) -> None:
        self._told = await tell_if_due(
            self._intent,
            self._why + self._in_the_way(),
            self._doing,
            journal=self._journal,
            clock=self._clock,
            is_due=is_due,
        )

    def _in_the_way(self) -> str:
        if not self._unreadable:
            return ""
        named = ", ".join(self._unreadable)
        return (
            f"; {self._intent.venue.label} also lists what NIJA cannot read and what may hold it ({named}): "
            "cancel that there yourself"
        )


async def tell_if_due(
    intent: Intent, why: str, doing: str, *, journal: Journal, clock: Clock, is_due: bool = False
) -> ReminderState:
    """Tell the owner of a failing exit, unless the last reminder was too short a time ago.

    What was told is read from the outbox: an exit goes on failing over any number of restarts.
    """
    trigger, now = intent.trigger, moment(clock)
    told = await journal.load_told_failing(intent)
    if trigger is None or not (is_due or told.is_due(now)):
        return told
    since = told.first_at or now.at
    message = ExitFailing(
        venue=intent.venue,
        symbol=intent.symbol,
        trigger_ratio=trigger.ratio,
        threshold=trigger.threshold,
        quantity=intent.quantity,
        why=why,
        doing=doing,
        since=since,
        asked=trigger.asked is not None,
    )
    await journal.tell_failing(intent, message, told=told.count)
    return told.noted(now)
