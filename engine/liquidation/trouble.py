"""An exit that does not get through is told at once, and again until it does."""

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Self

from engine.alerts.messages import ExitFailing
from engine.clock import Clock
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.patience import is_due_to_tell

CHECK_EVERY_S = 1.0


class Trouble:
    """Reminds the owner while an exit is failing; leaving the block ends the reminders."""

    def __init__(self, intent: Intent, *, journal: Journal, clock: Clock) -> None:
        self._intent = intent
        self._journal = journal
        self._clock = clock
        self._since: datetime | None = None
        self._why = ""
        self._doing = ""
        self._told = 0
        self._reminder: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reminder is not None:
            self._reminder.cancel()
            await asyncio.gather(self._reminder, return_exceptions=True)

    async def note(self, why: str, doing: str) -> None:
        """Say what is wrong now and what is being done; the first time it is told at once."""
        self._why, self._doing = why, doing
        if self._since is None:
            self._since = self._clock.now()
            await self._tell_if_due(self._since)
            self._reminder = asyncio.create_task(self._remind())

    async def _remind(self) -> None:
        while True:
            await self._clock.sleep(CHECK_EVERY_S)
            if self._since is not None:
                await self._tell_if_due(self._since)

    async def _tell_if_due(self, since: datetime) -> None:
        trigger = self._intent.trigger
        if trigger is None or not is_due_to_tell(told=self._told, failing_for=self._clock.now() - since):
            return
        message = ExitFailing(
            venue=self._intent.venue,
            symbol=self._intent.symbol,
            trigger_ratio=trigger.ratio,
            threshold=trigger.threshold,
            quantity=self._intent.quantity,
            why=self._why,
            doing=self._doing,
            since=since,
            asked=trigger.asked is not None,
        )
        await self._journal.tell_failing(self._intent, message, told=self._told)
        self._told += 1
