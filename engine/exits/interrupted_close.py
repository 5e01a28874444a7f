"""Guards of manual closes that were cut off with their exit: as they were before, though they wait for their owner."""

from datetime import datetime

from engine.alerts.messages import ExitParked
from engine.alerts.outbox import append_alert
from engine.exits.exit_journal import ending_key
from engine.exits.manual_close import restore_guard
from engine.guards import store as guards
from engine.guards.guard import Guard, GuardState
from engine.model.guard_reasons import GuardReason
from engine.orders.intents import Intent
from engine.orders.states import IntentState
from engine.orders.store import load_last_of_guard
from engine.storage.session import DatabaseSession

_CUT_OFF = frozenset({GuardReason.RESTORED_IN_SALE, GuardReason.COPIED_AND_CHANGED})


def before_interrupted(guard: Guard, intent: Intent) -> Guard:
    """Return a guard as it was before a manual close that was cut off; as it is where none made it cover more.

    What was not guarded at all is closed; all else waits on with its reason.
    """
    trigger = intent.trigger
    is_wide = trigger is not None and (guard.quantity, guard.cost) == (trigger.quantity, trigger.cost)
    if intent.manual is None or not is_wide:
        return guard
    kept = restore_guard(guard, intent.manual, GuardReason.CUT_OFF)
    if kept.state is GuardState.CLOSED:
        return kept
    return kept.in_state(guard.state, guard.reason, guard.detail)


async def restore_interrupted(session: DatabaseSession, *, now: datetime) -> None:
    """Restore every guard that waits because its database was restored or copied in the middle of a manual close."""
    for guard in await guards.load_watched(session):
        if guard.state is not GuardState.PAUSED or guard.reason not in _CUT_OFF:
            continue
        intent = await load_last_of_guard(session, guard.guard_id)
        if intent is None or intent.state is not IntentState.SUPERSEDED:
            # It came to its own end, with which its guard was as before.
            continue
        before = before_interrupted(guard, intent)
        if before != guard:
            await guards.save_guard(session, before, was=guard, now=now, cause="a manual close was cut off")
            await report_interrupted(session, before, intent, now=now)


async def report_interrupted(
    session: DatabaseSession, guard: Guard, intent: Intent, *, now: datetime
) -> None:
    """Alert the owner to a manual close that was cut off if nothing of it is guarded, about which they would be asked."""
    if guard.state is not GuardState.CLOSED:
        return
    message = ExitParked(
        venue=intent.venue, symbol=intent.symbol, quantity=guard.quantity, why=GuardReason.CUT_OFF
    )
    await append_alert(
        session,
        message,
        user_id=intent.user_id,
        account_id=intent.account_id,
        dedup_key=ending_key(message.kind, intent),
        now=now,
    )
