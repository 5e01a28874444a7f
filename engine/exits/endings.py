"""The ways an exit ends without a fill: abandoned as dust, stood down, or given up.

`guard` is what is left of the one that `was` to be sold.
"""

from decimal import Decimal

from engine.alerts.messages import ExitParked, ExitStoodDown, GuardPaused, GuardReduced, Message
from engine.exits.exit_journal import ExitJournal
from engine.exits.exit_quantity import Dust
from engine.exits.manual_close import restore_guard, wanted_of
from engine.guards.guard import Guard, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.money import ZERO
from engine.orders.intents import Intent
from engine.orders.states import IntentEvent
from engine.orders.step_cause import StepCause


async def abandon(journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, dust: Dust) -> Intent:
    """Leave what cannot be sold where it is, reported once and tried no more."""
    message = await _parked(journal, intent, dust.quantity, dust.why)
    kept = _restored(guard, intent, GuardReason.NOT_SOLD, dust.why)
    manual = intent.manual
    # A part that cannot be sold says nothing of what was to stay.
    if manual is None or (not manual.is_part and kept.quantity <= dust.quantity):
        kept = guard.closed(GuardReason.NOT_SOLD, dust.why)
    return await journal.give_back(
        intent,
        IntentEvent.ABANDON,
        was=was,
        guard=kept,
        message=message,
        cause=StepCause.NOT_SOLD,
        detail=dust.why,
    )


async def await_return(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, dust: Dust
) -> Intent:
    """End an exit of what its venue does not show any more; its guard waits for it to come back."""
    kept = _restored(guard, intent, GuardReason.NOT_SOLD, dust.why)
    if kept.state is GuardState.CLOSED:
        return await abandon(journal, intent, guard, dust=dust, was=was)
    paused = _paused(kept, GuardReason.VANISHED)
    is_awaited = paused.reason == GuardReason.VANISHED
    message = await _parked(journal, intent, dust.quantity, dust.why, may_return=is_awaited)
    return await journal.give_back(
        intent,
        IntentEvent.ABANDON,
        was=was,
        guard=paused,
        message=message,
        cause=StepCause.NOT_SOLD,
        detail=dust.why,
        awaited=await journal.load_expected(guard) if is_awaited else None,
    )


async def end_sold_externally(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, is_unproven: bool = False
) -> Intent:
    """End an exit whose guarded quantity its owner sold or moved at the venue just before; the rest is theirs.

    `is_unproven` is true if an order of the exit itself may have sold it, which no list of the venue shows.
    """
    why = GuardReason.SOLD_OR_MOVED
    message = GuardReduced(
        venue=intent.venue,
        symbol=intent.symbol,
        was=guard.quantity,
        now=ZERO,
        why=why,
        may_be_ours=is_unproven,
    )
    return await journal.give_back(
        intent,
        IntentEvent.SUPERSEDE,
        was=was,
        guard=guard.with_quantity(ZERO).closed(why),
        message=message,
        cause=StepCause.SOLD_OR_MOVED,
    )


async def presume_filled(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, left: Decimal, owned: Decimal | None
) -> Intent:
    """End an exit whose attempt counts as sold: its coins are gone, and no list has shown its order for long.

    What is left stays guarded; what is there now is what the next reading is compared with.
    """
    rest = guard.with_quantity(left)
    if left > ZERO:
        rest = _restored(rest.in_state(GuardState.ARMED), intent, GuardReason.SOLD_OR_MOVED)
    else:
        rest = rest.closed(GuardReason.SOLD_OR_MOVED)
    message = GuardReduced(
        venue=intent.venue,
        symbol=intent.symbol,
        was=guard.quantity,
        now=ZERO if rest.state is GuardState.CLOSED else rest.quantity,
        why=GuardReason.SOLD_OR_MOVED,
        may_be_ours=True,
    )
    return await journal.give_back(
        intent,
        IntentEvent.SUPERSEDE,
        was=was,
        guard=rest,
        message=message,
        cause=StepCause.PRESUMED_FILLED,
        awaited=owned,
    )


async def pause_for_split(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, owned: Decimal | None
) -> Intent:
    """End an exit whose loss is none: the units were split, and only the owner can decide what is guarded now."""
    why = GuardReason.ENTRY_CHANGED
    paused = _paused(_restored(guard, intent, why), why)
    message: Message = GuardPaused(
        venue=intent.venue,
        symbol=intent.symbol,
        guarded=paused.quantity,
        seen=guard.quantity if owned is None else owned,
        why=why,
    )
    if paused.state is GuardState.CLOSED:
        message = await _parked(journal, intent, guard.quantity, why)
    return await journal.give_back(
        intent, IntentEvent.SUPERSEDE, was=was, guard=paused, message=message, cause=StepCause.ENTRY_CHANGED
    )


async def stand_down(journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard) -> Intent:
    """End an exit that is not needed any more; the guard watches on."""
    armed = guard.in_state(GuardState.ARMED)
    message = ExitStoodDown(
        venue=intent.venue,
        symbol=intent.symbol,
        quantity=guard.quantity,
        threshold=guard.threshold,
        target=intent.trigger.target if intent.trigger else None,
        stop=intent.trigger.stop if intent.trigger else None,
        cancelled=await journal.releases.load_released(intent.intent_id),
    )
    return await journal.give_back(
        intent, IntentEvent.SUPERSEDE, was=was, guard=armed, message=message, cause=StepCause.PRICE_CAME_BACK
    )


async def give_up(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, why: GuardReason
) -> Intent:
    """End what its owner requested too long ago, or at another price, to still want it."""
    message = await _parked(journal, intent, wanted_of(guard.quantity, intent.manual), why)
    return await journal.give_back(
        intent,
        IntentEvent.REFUSE,
        was=was,
        guard=_restored(guard, intent, why),
        message=message,
        cause=StepCause(why),
    )


async def _parked(
    journal: ExitJournal, intent: Intent, quantity: Decimal, why: str, *, may_return: bool = False
) -> ExitParked:
    """Return the alert that something is not sold, with the orders that were cancelled for it."""
    return ExitParked(
        venue=intent.venue,
        symbol=intent.symbol,
        quantity=quantity,
        why=why,
        may_return=may_return,
        cancelled=await journal.releases.load_released(intent.intent_id),
    )


def _restored(guard: Guard, intent: Intent, reason: GuardReason, detail: str = "") -> Guard:
    """Return what stays of a guard: as it was before a manual close, which covered more than was guarded."""
    return guard if intent.manual is None else restore_guard(guard, intent.manual, reason, detail)


def _paused(guard: Guard, why: GuardReason) -> Guard:
    """Return a guard that waits for its owner; one that waited before the exit goes on waiting for that."""
    if guard.state in {GuardState.PAUSED, GuardState.CLOSED}:
        return guard
    return guard.in_state(GuardState.PAUSED, why)
