"""Setting aside what belongs to an account that the key does not open any more."""

from datetime import datetime

from engine.exits.interrupted_close import before_interrupted, report_interrupted
from engine.guards import store as guards
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.orders.fills_store import delete_fills
from engine.orders.intents import Intent
from engine.orders.journal import Journal
from engine.orders.step_cause import StepCause
from engine.orders.store import load_live_intents
from engine.storage.session import DatabaseSession


async def set_aside(session: DatabaseSession, account_id: str, *, journal: Journal, now: datetime) -> None:
    """Pause every guard, end every exit and forget the trades: they belong to an account that is not open now."""
    in_sale = dict[str | None, Intent]()
    for intent in await load_live_intents(session):
        if intent.account_id == account_id:
            await journal.set_aside(session, intent, cause=StepCause.OTHER_ACCOUNT)
            in_sale[intent.guard_id] = intent
    for guard in await guards.load_open_guards(session, account_id):
        if guard.state is GuardState.PAUSED:
            continue
        sale = in_sale.get(guard.guard_id)
        why = GuardReason.SWAPPED_IN_SALE if sale is not None else GuardReason.SWAPPED
        waiting = guard.in_state(GuardState.PAUSED, why)
        if sale is not None:
            waiting = before_interrupted(waiting, sale)
            await report_interrupted(session, waiting, sale, now=now)
        await guards.save_guard(session, waiting, was=guard, now=now, cause=StepCause.OTHER_ACCOUNT)
    await delete_fills(session, account_id)
