"""Requests of one exit whose answer was lost: asked for until they are found or proven absent, and after that."""

from engine.brokers.base import Broker
from engine.clock import Clock
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.patience import pause_s
from engine.execution.states import IntentEvent, IntentState
from engine.execution.submit import Submitter
from engine.liquidation.trouble import Trouble

#: Between two looks for a request that may still arrive, when nothing else is left to do.
LATE_LOOK_S = 5.0

_LOST = "the answer to the sell order was lost"


class LostOrder:
    """Finds out what became of them, between the attempts and before the exit ends."""

    def __init__(
        self, *, journal: Journal, submitter: Submitter, broker: Broker, clock: Clock, trouble: Trouble
    ) -> None:
        self._journal = journal
        self._submitter = submitter
        self._broker = broker
        self._clock = clock
        self._trouble = trouble
        #: When the venue was last asked for one, answered, and did not have it.
        self._absent_at: float | None = None
        self._absent = 0

    @property
    def was_absent(self) -> bool:
        """Tell whether any of them was proven absent."""
        return self._absent > 0

    async def settle(self, intent: Intent) -> Intent:
        """Ask until one is found, or proven absent and free to be sent again; the second time not at once."""
        label = intent.venue.label
        await self._trouble.note(
            _LOST, f"asking {label} what became of it; nothing is sent before that is certain"
        )
        settled = await self._submitter.settle(intent, self._broker)
        if settled.state is IntentState.PLANNED:
            self._absent += 1
            if self._absent > 1:
                # A venue that loses one request after the other is not to be stormed.
                await self._clock.sleep(pause_s(_LOST, self._absent - 1))
        return settled

    async def take_up(self, intent: Intent) -> Intent | None:
        """Go on from one that arrived although it was proven absent; None when none did, or nobody tells.

        What it sold must be taken neither for the owner's own sale nor for a refusal.
        """
        asked_at = self._clock.monotonic()
        has_arrived = await self._submitter.has_arrived(intent, self._broker)
        if has_arrived is False:
            self._absent_at = asked_at
        if not has_arrived:
            return None
        if intent.state is IntentState.SUSPENDED:
            intent = await self._journal.record(intent, IntentEvent.RESUME, cause="arrived late")
        sent = await self._journal.record(intent, IntentEvent.SEND, cause="arrived late")
        return await self._journal.record(sent, IntentEvent.LOSE_ANSWER, cause="arrived late")

    async def may_come(self, intent: Intent) -> bool:
        """Tell whether one may still be found under the id of the present attempt, after a moment if so."""
        if not await self._submitter.may_still_arrive(intent, absent_at=self._absent_at):
            return False
        await self._trouble.note(_LOST, "it may still arrive; looking for it before this exit ends")
        await self._clock.sleep(LATE_LOOK_S)
        return True
