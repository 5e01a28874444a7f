"""Pure: by which ids an open order is known to be one of ours."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.brokers.named_orders import is_another
from engine.model.orders import Order, Side
from engine.orders.intents import Intent, IntentStep, StepNote
from engine.orders.states import client_order_id


@dataclass(frozen=True, slots=True, kw_only=True)
class OurOrders:
    """The ids of our orders as one intent sees them."""

    #: What it trades; an order of something else is none of its attempts, whatever client id is listed with it.
    symbol: str
    side: Side
    #: Venue and client ids of all its attempts.
    of_intent: frozenset[str]
    #: Venue ids of every order of ours in its account.
    of_account: frozenset[str]

    def is_of_intent(self, order: Order) -> bool:
        """Return whether an order is one of the intent's attempts."""
        if order.venue_order_id in self.of_intent:
            return True
        return order.client_order_id in self.of_intent and not is_another(order, self.symbol, self.side)

    def is_ours(self, order: Order) -> bool:
        """Return whether an order is ours, so that its owner did not place it."""
        return self.is_of_intent(order) or order.venue_order_id in self.of_account


def our_orders(intent: Intent, steps: Sequence[IntentStep], *, of_account: Collection[str]) -> OurOrders:
    """Return what an intent's orders are known by."""
    sent_as = {client_order_id(intent.intent_id, attempt) for attempt in range(1, intent.attempt + 1)}
    accepted_as = {step.order_id for step in steps if step.order_id and step.note is not StepNote.FILLED_LATE}
    known = {*sent_as, *accepted_as, intent.client_order_id, intent.venue_order_id or ""} - {""}
    return OurOrders(
        symbol=intent.symbol, side=intent.side, of_intent=frozenset(known), of_account=frozenset(of_account)
    )


def replacements(steps: Sequence[IntentStep]) -> frozenset[str]:
    """Return the venue's ids of the orders that took the place of an intent's own."""
    return frozenset(
        step.order_id for step in steps if step.note is StepNote.REPLACED and step.order_id is not None
    )
