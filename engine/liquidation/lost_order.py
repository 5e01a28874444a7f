"""Requests of one exit whose answer was lost: asked for until they are found or proven absent, and after that."""

from engine.brokers.base import Broker
from engine.clock import Clock
from engine.errors import BrokerError
from engine.execution.intents import Intent
from engine.execution.journal import Journal
from engine.execution.patience import away_pause_s, pause_s
from engine.execution.states import IntentEvent, IntentState, client_order_id
from engine.execution.submit import Submitter
from engine.liquidation.trouble import Trouble
from engine.orders import Order

#: Between two looks for a request that may still arrive, when nothing else is left to do.
LATE_LOOK_S = 5.0

#: What looks sold by an order of ours is not taken for the owner's own sale for so long: the order may be listed yet.
SOUGHT_FOR_S = 600.0

_LOST = "the answer to the sell order was lost"
_SOLD_UNSEEN = (
    "about what was sent is gone from the balance, and {venue} lists no order for it: "
    "probably it is this bot's own sell order {order_ids}, please look for it there"
)
_UNCERTAIN = (
    "{venue} does not tell whether order {order_ids} is this bot's own, whose answer was lost, or yours: "
    "please look at it there"
)


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
        #: Since when the balance looks as if one of them had sold, and how often it was sought since.
        self._sought_since_s: float | None = None
        self._sought = 0
        #: Orders that were named to the owner because they may be ours.
        self._named = set[tuple[str, ...]]()

    @property
    def was_absent(self) -> bool:
        """Tell whether any of them was proven absent."""
        return self._absent > 0

    async def settle(self, intent: Intent) -> Intent:
        """Ask until one is found, or proven absent and free to be sent again; the second time not at once."""
        label, began_s = intent.venue.label, self._clock.monotonic()
        await self._trouble.note(
            _LOST, f"asking {label} what became of it; nothing is sent before that is certain"
        )
        settled = await self._submitter.settle(intent, self._broker)
        if settled.state is IntentState.PLANNED:
            await self._name_uncertain(intent)
            self._absent += 1
            if self._absent > 1:
                # A venue that loses one request after the other is not to be stormed; the proof took its time, too.
                waited_s = self._clock.monotonic() - began_s
                await self._clock.sleep(away_pause_s(self._absent - 1, waited_s=waited_s))
        return settled

    async def take_up(self, intent: Intent) -> Intent | None:
        """Go on from one that arrived although it was proven absent; None when none did, or nobody tells.

        What it sold must be taken neither for the owner's own sale nor for a refusal.
        """
        asked_at = self._clock.monotonic()
        has_arrived = await self._submitter.has_arrived(intent, self._broker)
        await self._name_uncertain(intent)
        if has_arrived is False:
            self._absent_at = asked_at
        if not has_arrived:
            return None
        if intent.state is IntentState.SUSPENDED:
            intent = await self._journal.record(intent, IntentEvent.RESUME, cause="arrived late")
        sent = await self._journal.record(intent, IntentEvent.SEND, cause="arrived late")
        return await self._journal.record(sent, IntentEvent.LOSE_ANSWER, cause="arrived late")

    async def is_unproven(self, intent: Intent) -> bool:
        """Tell whether an attempt was given up without a refusal, so that it may have sold after all."""
        return bool(await self._submitter.unproven(intent))

    async def seek(self, intent: Intent) -> Intent | None:
        """Look for an order that seems to have sold: go on from it, or wait a moment; None when sought for long enough."""
        now_s = self._clock.monotonic()
        if self._sought_since_s is None:
            self._sought_since_s = now_s
        if now_s - self._sought_since_s >= SOUGHT_FOR_S:
            return None
        try:
            order = await self._submitter.find_sold(intent, self._broker)
        except BrokerError:
            # Silence is no evidence either way.
            order = None
        if order is not None:
            return await self._go_on_from(intent, order)
        self._sought += 1
        ids = [client_order_id(intent.intent_id, one) for one in await self._submitter.unproven(intent)]
        why = _SOLD_UNSEEN.format(venue=intent.venue.label, order_ids=", ".join(ids))
        await self._trouble.note(why, "looking for it; nothing is sent meanwhile")
        await self._clock.sleep(pause_s(why, self._sought))
        return intent

    async def _name_uncertain(self, intent: Intent) -> None:
        """Tell the owner, once, of orders that may be ours: the exit goes on by what the balance still shows."""
        order_ids = self._submitter.uncertain_orders(intent.client_order_id)
        if not order_ids or order_ids in self._named:
            return
        why = _UNCERTAIN.format(venue=intent.venue.label, order_ids=", ".join(order_ids))
        await self._trouble.note(why, "selling what the balance still shows", is_urgent=True)
        # Only what is written down was told.
        self._named.add(order_ids)

    async def _go_on_from(self, intent: Intent, order: Order) -> Intent:
        if intent.state is IntentState.SUSPENDED:
            intent = await self._journal.record(intent, IntentEvent.RESUME, cause="found late")
        sent = await self._journal.record(
            intent,
            IntentEvent.SEND,
            cause="found late",
            quantity=order.quantity,
            client_order_id=order.client_order_id or intent.client_order_id,
        )
        return await self._journal.record(
            sent,
            IntentEvent.ACCEPT,
            cause="found",
            words=order.venue_order_id,
            venue_order_id=order.venue_order_id,
        )

    async def may_come(self, intent: Intent) -> bool:
        """Tell whether one may still be found under the id of the present attempt, after a moment if so."""
        if not await self._submitter.may_still_arrive(intent, absent_at=self._absent_at):
            return False
        await self._trouble.note(_LOST, "it may still arrive; looking for it before this exit ends")
        await self._clock.sleep(LATE_LOOK_S)
        return True
