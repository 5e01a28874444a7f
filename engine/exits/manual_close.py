"""Pure: the rules of manual closes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine import wall_time
from engine.accounts.cost_basis import share
from engine.clock import Moment
from engine.exits.exit_quantity import Dust
from engine.guards.guard import Guard, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction
from engine.model.money import ZERO, exact
from engine.orders.intents import Intent, ManualClose

#: A manual close is done within this time or not at all: its owner confirmed the price of then.
MANUAL_CLOSE_VALID = timedelta(seconds=60)
#: A price this much worse than the one that was shown is not what was agreed to.
WORSE_RATIO = Decimal("0.01")

NO_MORE_BUYERS = "the market took no more of it; /close asks again"
NOT_SHOWN = "it is more than you were shown; /close asks again"


def is_too_late(intent: Intent, now: Moment, *, driven_since: Moment) -> bool:
    """Return whether the owner's request is too old for another attempt.

    The stored time counts over a restart; within the process also the steady clock, which nobody sets back.
    """
    trigger = intent.trigger
    if trigger is None or trigger.manual is None:
        return False
    return now - driven_since > MANUAL_CLOSE_VALID or wall_time.is_older(
        trigger.at, now.at, MANUAL_CLOSE_VALID
    )


def is_worse(price: Decimal, shown: Decimal, direction: Direction) -> bool:
    """Return whether a price is so much worse than the one that was shown that its owner must be asked again."""
    with exact():
        if direction is Direction.LONG:
            return price < shown * (1 - WORSE_RATIO)
        return price > shown * (1 + WORSE_RATIO)


def wanted_of(quantity: Decimal, manual: ManualClose | None) -> Decimal:
    """Return how much of what is left of a guard is sold: in a manual close no more than was shown."""
    return quantity if manual is None or manual.most is None else min(quantity, manual.most)


def leaves_guarded(manual: ManualClose | None) -> bool:
    """Return whether it sells only a part of what a guard watches, so that a breach sells more than that."""
    if manual is None or not manual.is_part or manual.most is None:
        return False
    return manual.paused is None and manual.most < manual.guarded


def restore_guard(
    guard: Guard, manual: ManualClose, reason: GuardReason | str | None, detail: str = ""
) -> Guard:
    """Return the guard as it was before the manual close, as far as that much is left; else closed for a reason."""
    kept = min(guard.quantity, manual.guarded)
    if kept == ZERO:
        return guard.closed(reason, detail)
    state = GuardState.ARMED if manual.paused is None else GuardState.PAUSED
    cost = share(manual.guarded_cost, kept, manual.guarded)
    paid = None if manual.paid is None else share(manual.paid, kept, manual.guarded)
    before = guard.in_state(state, manual.paused, manual.paused_detail)
    return replace(before, quantity=kept, cost=cost, paid=paid)


def rest_after_manual_close(
    rest: Guard, dust: Dust | None, manual: ManualClose, *, filled: Decimal, sent: Decimal
) -> tuple[Guard, Dust | None]:
    """Return what stays guarded and what is reported as not sold, after an order of `sent` that its owner requested."""
    if rest.state is GuardState.CLOSED:
        return rest, dust
    if manual.is_part:
        return _rest_after_part(rest, manual, filled=filled)
    with exact():
        is_rest_shown = manual.most is None or rest.quantity <= manual.most - filled
    why = NO_MORE_BUYERS if is_rest_shown or filled < sent else NOT_SHOWN
    return restore_guard(rest, manual, GuardReason.SOLD, why), Dust(rest.quantity, why)


def _rest_after_part(rest: Guard, manual: ManualClose, *, filled: Decimal) -> tuple[Guard, Dust | None]:
    """Return what stays guarded, and what of the wanted part was not sold; all else was meant to stay."""
    with exact():
        unsold = (manual.most or ZERO) - filled
    if unsold <= ZERO:
        return restore_guard(rest, manual, GuardReason.SOLD), None
    return restore_guard(rest, manual, GuardReason.SOLD, NO_MORE_BUYERS), Dust(unsold, NO_MORE_BUYERS)
