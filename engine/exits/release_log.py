"""What the journal keeps of the open orders that an exit cancels because they hold what it sells."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.clock import Clock
from engine.model.orders import CancelledOrder
from engine.orders.intents import Intent, IntentStep, StepNote
from engine.orders.journal import Journal
from engine.orders.step_log import note_of
from engine.orders.steps_store import insert_step
from engine.storage.database import Database


class ReleaseLog:
    """Stores and loads the cancels of an exit as steps of its intent; none of them changes the intent's state."""

    def __init__(self, *, database: Database, clock: Clock, orders: Journal) -> None:
        self._database = database
        self._clock = clock
        self._orders = orders

    async def note_release(self, intent: Intent, order: CancelledOrder) -> None:
        """Write down an order about to be cancelled, so that the alert can name it after a crash too."""
        await self._note(intent, StepNote.RELEASE, order)

    async def note_released(self, intent: Intent, order: CancelledOrder) -> None:
        """Write down that the venue confirms an order as cancelled, and how much of it was."""
        await self._note(intent, StepNote.RELEASED, order)

    async def note_not_released(self, intent: Intent, order: CancelledOrder) -> None:
        """Write down that an order about to be cancelled was gone already, filled or cancelled elsewhere."""
        await self._note(intent, StepNote.NOT_RELEASED, order)

    async def load_released(self, intent_id: str) -> tuple[CancelledOrder, ...]:
        """Return the orders that were cancelled for an intent, each once, with what the venue confirmed of it."""
        noted: dict[str, CancelledOrder] = {}
        for step in await self._orders.load_steps(intent_id):
            if step.note is StepNote.NOT_RELEASED:
                noted.pop(_order_id(step), None)
            elif step.cancelled is not None:
                is_confirmed = step.note is StepNote.RELEASED
                noted[_order_id(step)] = replace(step.cancelled, confirmed=is_confirmed)
        return tuple(noted.values())

    async def load_noted_at(self, intent_id: str) -> Mapping[str, datetime]:
        """Return when the cancel of each order was first about to be sent, by the venue's ids."""
        steps = [one for one in await self._orders.load_steps(intent_id) if one.note is StepNote.RELEASE]
        return {_order_id(step): step.at for step in reversed(steps)}

    async def load_tried(self, intent_id: str) -> frozenset[str]:
        """Return the orders that an intent tried to cancel, by the venue's ids, whatever came of it."""
        return frozenset(await self.load_noted_at(intent_id))

    async def _note(self, intent: Intent, note: StepNote, order: CancelledOrder) -> None:
        step = note_of(intent, note, detail=order.venue_order_id, at=self._clock.now(), cancelled=order)
        async with self._database.write() as session:
            await insert_step(session, step)


def _order_id(step: IntentStep) -> str:
    """Return the venue's id of the order a step is about; steps of earlier versions may have it in their text alone."""
    return (step.cancelled.venue_order_id if step.cancelled else "") or step.detail
