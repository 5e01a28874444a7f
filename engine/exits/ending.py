"""How an exit ends without a fill: abandoned as dust, stood down, or given up.

`guard` is what is left of the one that `was` to be sold.
"""

from dataclasses import replace
from decimal import Decimal

from engine.alerts.messages import ExitParked, ExitStoodDown, GuardPaused, GuardReduced
from engine.exits.exit_journal import ExitJournal
from engine.exits.exit_quantity import SOLD_EXTERNALLY, Dust
from engine.exits.manual_close import TOO_LATE, restore_guard
from engine.guards.changes import ChangeReason
from engine.guards.guard import Guard, GuardState
from engine.model.money import ZERO
from engine.orders.intents import Intent
from engine.orders.states import IntentEvent

_PERHAPS_OUR_ORDER = (
    ", perhaps by this bot's own sell order, whose answer was lost and which the venue lists nowhere; "
    "please look at the venue's order history"
)


async def abandon(journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, dust: Dust) -> Intent:
    """Leave what cannot be sold where it is, reported once and tried no more."""
    message = ExitParked(
        venue=intent.venue,
        symbol=intent.symbol,
        quantity=dust.quantity,
        why=dust.why,
        cancelled=await journal.releases.load_released(intent.intent_id),
    )
    closed = replace(guard, state=GuardState.CLOSED, state_reason=dust.why)
    return await journal.give_back(
        intent, IntentEvent.ABANDON, was=was, guard=closed, message=message, cause=dust.why
    )


async def await_return(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, dust: Dust
) -> Intent:
    """End an exit of what its venue does not show any more; its guard waits for it to come back."""
    kept = restore_guard(guard, intent.manual, why=dust.why) if intent.manual else guard
    if kept.state is GuardState.CLOSED:
        return await abandon(journal, intent, guard, dust=dust, was=was)
    message = ExitParked(
        venue=intent.venue,
        symbol=intent.symbol,
        quantity=dust.quantity,
        why=f"{dust.why}; if it comes back as it was, it is guarded again",
        cancelled=await journal.releases.load_released(intent.intent_id),
    )
    paused = replace(kept, state=GuardState.PAUSED, state_reason=ChangeReason.VANISHED.value)
    return await journal.give_back(
        intent,
        IntentEvent.ABANDON,
        was=was,
        guard=paused,
        message=message,
        cause=dust.why,
        awaited=await journal.load_expected(guard),
    )


async def end_sold_externally(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, is_unproven: bool = False
) -> Intent:
    """End an exit whose guarded quantity its owner sold or moved at the venue just before; the rest is theirs.

    `is_unproven` is true if an order of the exit itself may have sold it, which no list of the venue shows.
    """
    why = f"it {SOLD_EXTERNALLY}{_PERHAPS_OUR_ORDER if is_unproven else ''}"
    message = GuardReduced(venue=intent.venue, symbol=intent.symbol, was=guard.quantity, now=ZERO, why=why)
    return await journal.give_back(
        intent,
        IntentEvent.SUPERSEDE,
        was=was,
        guard=replace(guard.with_quantity(ZERO), state_reason=SOLD_EXTERNALLY),
        message=message,
        cause=SOLD_EXTERNALLY,
    )


async def presume_filled(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, left: Decimal, owned: Decimal | None
) -> Intent:
    """End an exit whose attempt counts as sold: its coins are gone, and no list has shown its order for long.

    What is left stays guarded; what is there now is what the next reading is compared with.
    """
    why = f"it {SOLD_EXTERNALLY}{_PERHAPS_OUR_ORDER}"
    message = GuardReduced(venue=intent.venue, symbol=intent.symbol, was=guard.quantity, now=left, why=why)
    rest = replace(guard.with_quantity(left), state_reason=SOLD_EXTERNALLY)
    if left > ZERO:
        rest = replace(rest, state=GuardState.ARMED, state_reason=None)
    return await journal.give_back(
        intent,
        IntentEvent.SUPERSEDE,
        was=was,
        guard=rest,
        message=message,
        cause="counted as sold",
        awaited=owned,
    )


async def pause_for_split(
    journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard, owned: Decimal | None
) -> Intent:
    """End an exit whose loss is none: the units were split, and only the owner can decide what is guarded now."""
    why = ChangeReason.ENTRY_CHANGED
    message = GuardPaused(
        venue=intent.venue,
        symbol=intent.symbol,
        guarded=guard.quantity,
        seen=guard.quantity if owned is None else owned,
        why=why,
    )
    paused = replace(guard, state=GuardState.PAUSED, state_reason=why.value)
    return await journal.give_back(
        intent, IntentEvent.SUPERSEDE, was=was, guard=paused, message=message, cause=why
    )


async def stand_down(journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard) -> Intent:
    """End an exit that is not needed any more; the guard watches on."""
    armed = replace(guard, state=GuardState.ARMED, state_reason=None)
    message = ExitStoodDown(
        venue=intent.venue,
        symbol=intent.symbol,
        quantity=guard.quantity,
        threshold=guard.threshold,
        cancelled=await journal.releases.load_released(intent.intent_id),
    )
    return await journal.give_back(
        intent, IntentEvent.SUPERSEDE, was=was, guard=armed, message=message, cause="price came back"
    )


async def give_up(journal: ExitJournal, intent: Intent, guard: Guard, *, was: Guard) -> Intent:
    """End what its owner requested too long ago to still want it at any price."""
    kept = restore_guard(guard, intent.manual, why=TOO_LATE) if intent.manual else guard
    message = ExitParked(
        venue=intent.venue,
        symbol=intent.symbol,
        quantity=guard.quantity,
        why=TOO_LATE,
        cancelled=await journal.releases.load_released(intent.intent_id),
    )
    return await journal.give_back(
        intent, IntentEvent.REFUSE, was=was, guard=kept, message=message, cause="asked too long ago"
    )
