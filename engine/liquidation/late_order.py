"""A request that was lost and proven absent, and may arrive all the same where its venue knows no deadline."""

from engine.brokers.base import Broker
from engine.clock import Clock
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.states import IntentEvent, IntentState
from engine.execution.submit import Submitter


class LateOrder:
    """Looks for one exit's lost request between its attempts."""

    def __init__(self, *, journal: Journal, submitter: Submitter, broker: Broker, clock: Clock) -> None:
        self._journal = journal
        self._submitter = submitter
        self._broker = broker
        self._clock = clock
        #: When the venue was last asked for it, answered, and did not have it.
        self._absent_at: float | None = None

    async def take_up(self, intent: Intent) -> Intent | None:
        """Go on from a request that arrived after all; None when none did, or nobody tells.

        What it sold must be taken neither for the owner's own sale nor for a refusal.
        """
        asked_at = self._clock.monotonic()
        has_arrived = await self._submitter.has_arrived(intent, self._broker)
        if has_arrived is False:
            self._absent_at = asked_at
        if not has_arrived:
            return None
        if intent.state is IntentState.PARKED:
            intent = await self._journal.record(intent, IntentEvent.RESUME, cause="arrived late")
        sent = await self._journal.record(intent, IntentEvent.SEND, cause="arrived late")
        return await self._journal.record(sent, IntentEvent.LOSE_ANSWER, cause="arrived late")

    async def may_come(self, intent: Intent) -> bool:
        """Tell whether it may still be found under the id of the present attempt."""
        return await self._submitter.may_still_arrive(intent, absent_at=self._absent_at)
