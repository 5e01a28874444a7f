"""What the journal keeps of the open orders that an exit cancels because they hold what it sells."""

from dataclasses import replace

from pydantic import TypeAdapter

from engine.alerts.messages import CancelledOrder
from engine.clock import Clock
from engine.orders.intents import Intent, IntentStep
from engine.orders.step_log import StepLog, step_of
from engine.orders.steps_store import insert_step
from engine.storage.database import Database

#: The cause of a step that cancels an order holding what is to be sold; its words are that order.
RELEASE = "release"
#: The cause of a step that found it cancelled indeed; its words are the part that was not filled before.
RELEASED = "released"
#: The cause of a step that found such an order gone already; its words are the order's id.
NOT_RELEASED = "not released"

_codec = TypeAdapter(CancelledOrder)


class ReleaseLog:
    """Writes those steps and reads them back; none of them changes the intent's state."""

    def __init__(self, *, database: Database, clock: Clock, steps: StepLog) -> None:
        self._database = database
        self._clock = clock
        self._steps = steps

    async def note_release(self, intent: Intent, order: CancelledOrder) -> None:
        """Write down an order about to be cancelled, so that the alert can name it after a crash too."""
        await self._note(intent, RELEASE, _codec.dump_json(order).decode())

    async def note_released(self, intent: Intent, order: CancelledOrder) -> None:
        """Write down that the venue confirms an order as cancelled, and how much of it was."""
        await self._note(intent, RELEASED, _codec.dump_json(order).decode())

    async def note_not_released(self, intent: Intent, order: CancelledOrder) -> None:
        """Write down that an order about to be cancelled was gone already, filled or cancelled elsewhere."""
        await self._note(intent, NOT_RELEASED, order.venue_order_id)

    async def load_released(self, intent_id: str) -> tuple[CancelledOrder, ...]:
        """Return the orders that were cancelled for an intent, each once, with what the venue confirmed of it."""
        noted: dict[str, CancelledOrder] = {}
        for step in await self._load_steps(intent_id):
            if step.cause == NOT_RELEASED:
                noted.pop(step.words, None)
            elif step.cause in {RELEASE, RELEASED}:
                order = parse_released(step.words)
                noted[order.venue_order_id] = replace(order, confirmed=step.cause == RELEASED)
        return tuple(noted.values())

    async def load_tried(self, intent_id: str) -> frozenset[str]:
        """Return the orders that an intent tried to cancel, by the venue's ids, whatever came of it."""
        steps = await self._load_steps(intent_id)
        return frozenset(parse_released(step.words).venue_order_id for step in steps if step.cause == RELEASE)

    async def _note(self, intent: Intent, cause: str, words: str) -> None:
        async with self._database.write() as session:
            step = step_of(intent, intent, cause=cause, words=words, at=self._clock.now())
            await insert_step(session, step)

    async def _load_steps(self, intent_id: str) -> tuple[IntentStep, ...]:
        async with self._database.read() as session:
            return await self._steps.load(session, intent_id)


def parse_released(words: str) -> CancelledOrder:
    """Read the order that a step of cause `RELEASE` or `RELEASED` tells of."""
    return _codec.validate_json(words)
