"""Which orders of an intent may stand or have filled at its venue, so that nothing is sold or bought a second time."""

from collections.abc import Sequence

from engine.orders.intents import Intent, IntentStep
from engine.orders.states import IntentState, client_order_id
from engine.orders.steps_store import load_steps
from engine.orders.store import load_intents
from engine.orders.unproven import orders_of_attempts, proven_absent, unproven_attempts
from engine.storage.readable import UnreadableRecordError
from engine.storage.session import DatabaseSession

_UNDER_WAY = frozenset(
    {IntentState.SENT, IntentState.UNKNOWN, IntentState.ACCEPTED, IntentState.PARTLY_FILLED}
)


def is_under_way(intent: Intent) -> bool:
    """Return whether an attempt has left, and what became of it is not known to the end."""
    return intent.state in _UNDER_WAY


def orders_under_way(intent: Intent, steps: Sequence[IntentStep]) -> tuple[str, ...]:
    """Return the ids of the orders that may stand or have filled, the latest first; none where nothing can have."""
    present = (_id_of(intent),) if is_under_way(intent) else ()
    known = {attempt: order for order, attempt in orders_of_attempts(intent.venue, steps).items()}
    absent = proven_absent(intent.venue, steps)
    given_up = (
        known.get(attempt, client_order_id(intent.intent_id, attempt))
        for attempt in reversed(unproven_attempts(intent.venue, steps))
        if attempt not in absent
    )
    return tuple(dict.fromkeys((*present, *given_up)))


async def load_orders_under_way(session: DatabaseSession, intent: Intent) -> tuple[str, ...]:
    """Return the same as it is written down now; an intent that is not written down has sent nothing."""
    stored = next(iter(await load_intents(session, [intent.intent_id])), intent)
    try:
        return orders_under_way(stored, await load_steps(session, intent.intent_id))
    except UnreadableRecordError:
        # Of what cannot be read nobody knows what it sent.
        return (_id_of(stored),)


def _id_of(intent: Intent) -> str:
    return intent.venue_order_id or intent.client_order_id
