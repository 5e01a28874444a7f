"""One buy from its intent to its end: each step looks at the state on disk and makes the next; it is sent once."""

from collections.abc import Sequence
from datetime import timedelta

from engine import wall_time
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.entries.entry_journal import EntryJournal
from engine.entries.entry_message import describe_given_up
from engine.entries.following import Following
from engine.entries.lost_buy import LostBuy
from engine.orders.intents import Intent, IntentStep
from engine.orders.states import IntentEvent, IntentState
from engine.orders.step_cause import StepCause
from engine.orders.submit import Submitter

#: So many numbers are tried, and only so soon after a buy was confirmed.
MOST_NUMBERS, NUMBERS_WITHIN = 5, timedelta(seconds=10)


class Buy:
    """Drives one buy at one broker."""

    def __init__(
        self,
        *,
        journal: EntryJournal,
        submitter: Submitter,
        broker: Broker,
        lost: LostBuy,
        following: Following,
        clock: Clock,
    ) -> None:
        self._journal = journal
        self._submitter = submitter
        self._broker = broker
        self._lost = lost
        self._following = following
        self._clock = clock

    async def begin(self, sent: Intent) -> None:
        """Send the order of a buy that was just written down as sent, and follow it to its end."""
        attempt = await self._submitter.deliver(sent, self._broker)
        await self.run(attempt.intent)

    async def run(self, intent: Intent) -> None:
        """Go on until the buy is over."""
        while not intent.state.is_final:
            intent = await self._advance(intent)

    async def _advance(self, intent: Intent) -> Intent:
        match intent.state:
            case IntentState.PLANNED | IntentState.SUSPENDED:
                return await self._lost.find_late(intent) or await self._give_up(intent)
            case IntentState.SENT:
                cause = StepCause.SENT_BEFORE_RESTART
                return await self._journal.orders.record(intent, IntentEvent.LOSE_ANSWER, cause=cause)
            case IntentState.UNKNOWN:
                return await self._lost.settle(intent)
            case _:
                return await self._following.step(intent)

    async def _give_up(self, intent: Intent) -> Intent:
        """End a buy whose attempt is over without a fill: its owner confirmed the price of then."""
        steps = await self._journal.orders.load_steps(intent.intent_id)
        if self._may_be_sent_again(intent, steps):
            basis = await self._journal.orders.load_basis(intent)
            attempt = await self._submitter.send(intent, self._broker, intent.quantity, basis=basis)
            return attempt.intent
        return await self._journal.give_up(intent, describe_given_up(intent, steps))

    def _may_be_sent_again(self, intent: Intent, steps: Sequence[IntentStep]) -> bool:
        """Return whether only the number of a request was refused, as one is that an exit overtook: nothing was done."""
        last = next((step for step in reversed(steps) if step.note is None), None)
        if last is None or last.cause != StepCause.NUMBER_REFUSED or intent.attempt > MOST_NUMBERS:
            return False
        confirmed = intent.trigger.at if intent.trigger else intent.created_at
        return wall_time.is_younger(confirmed, self._clock.now(), NUMBERS_WITHIN)
