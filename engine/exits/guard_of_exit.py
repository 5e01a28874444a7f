"""The guard whose quantity an exit sells."""

from engine.guards import store as guards
from engine.guards.guard import Guard
from engine.orders.intents import Intent
from engine.storage.readable import UnreadableRecordError
from engine.storage.session import DatabaseSession


async def load_guard_of(session: DatabaseSession, intent: Intent) -> Guard | None:
    """Return an exit's guard; None where it has none that can be read."""
    if intent.guard_id is None:
        return None
    try:
        return await guards.load_guard(session, intent.guard_id)
    except UnreadableRecordError:
        # Its owner is alerted to the damage; the exit is shown all the same.
        return None
