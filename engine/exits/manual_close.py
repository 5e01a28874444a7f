"""Pure: what is special about an exit its owner asked for."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.accounts.cost_basis import share
from engine.exits.exit_quantity import Dust
from engine.guards.guard import Guard, GuardState
from engine.model.money import ZERO
from engine.orders.intents import Asked, Intent

#: What somebody asked for is done within this time or not at all: they looked at its price.
ASKED_VALID = timedelta(seconds=60)
#: A price this much worse than the one that was shown is not what was agreed to.
WORSE_RATIO = Decimal("0.01")

TOO_LATE = (
    "the venue took no order within a minute of your asking, so nothing more is tried; /close asks again"
)
NO_MORE_BUYERS = "the market took no more of it; /close asks again"


def is_too_late(intent: Intent, now: datetime) -> bool:
    """Tell whether its owner asked too long ago for another attempt to be what they wanted."""
    trigger = intent.trigger
    if trigger is None or trigger.asked is None:
        return False
    return wall_time.is_older(trigger.at, now, ASKED_VALID)


def restore_guard(guard: Guard, asked: Asked, *, why: str) -> Guard:
    """Return the guard as it was before its owner asked, as far as that much is left."""
    kept = min(guard.quantity, asked.guarded)
    if kept == ZERO:
        return replace(guard, state=GuardState.CLOSED, state_reason=why)
    state = GuardState.ARMED if asked.paused is None else GuardState.PAUSED
    cost = share(asked.guarded_cost, kept, asked.guarded)
    paid = None if guard.paid is None else share(guard.paid, kept, guard.quantity)
    return replace(guard, quantity=kept, cost=cost, paid=paid, state=state, state_reason=asked.paused)


def rest_after_asking(rest: Guard, dust: Dust | None, asked: Asked) -> tuple[Guard, Dust | None]:
    """Return what stays guarded and what is told as not sold, after an order its owner asked for."""
    if rest.state is GuardState.CLOSED:
        return rest, dust
    return restore_guard(rest, asked, why=f"sold; {NO_MORE_BUYERS}"), Dust(rest.quantity, NO_MORE_BUYERS)
