"""Pure: the stop that trails behind the price, and when a guard sells by it or by its threshold."""

from dataclasses import replace
from decimal import Decimal

from engine.guards.guard import Guard
from engine.guards.rule import is_breached, trigger_price
from engine.model.holdings import Direction
from engine.model.money import ZERO, exact

#: A stop follows in steps of this part of the price: each is written down, and none is worth less than a write.
STEP_RATIO = Decimal("0.001")


def sells_at(guard: Guard, price: Decimal) -> bool:
    """Return whether a price takes a guard to its threshold or its stop."""
    return is_at_stop(guard, price) or is_breached(
        mark=price,
        quantity=guard.quantity,
        cost=guard.cost,
        threshold=guard.threshold,
        direction=guard.direction,
    )


def is_at_stop(guard: Guard, price: Decimal) -> bool:
    """Return whether a price has reached a guard's stop; exactly reaching it counts."""
    if guard.stop is None:
        return False
    return price <= guard.stop if guard.direction is Direction.LONG else price >= guard.stop


def trigger_price_of(guard: Guard) -> Decimal | None:
    """Return the price at which a guard sells: whichever of threshold and stop comes first."""
    # One that guards nothing of any cost has no trigger; judging it shows what is wrong with it.
    if not (guard.quantity > ZERO and guard.cost > ZERO):
        return None
    of_threshold = trigger_price(
        quantity=guard.quantity, cost=guard.cost, threshold=guard.threshold, direction=guard.direction
    )
    if guard.stop is None:
        return of_threshold
    nearer = max if guard.direction is Direction.LONG else min
    return nearer(of_threshold, guard.stop)


def stop_behind(price: Decimal, *, trail: Decimal, direction: Direction) -> Decimal:
    """Return the stop that trails a price."""
    with exact():
        return price * (1 - trail) if direction is Direction.LONG else price * (1 + trail)


def with_stop_behind(guard: Guard, price: Decimal) -> Guard:
    """Return a guard whose trailing stop has followed a price; the same where that is less than a step, or back."""
    if guard.trail is None or guard.stop is None:
        return guard
    stop = stop_behind(price, trail=guard.trail, direction=guard.direction)
    with exact():
        gained = stop - guard.stop if guard.direction is Direction.LONG else guard.stop - stop
        is_step = gained >= STEP_RATIO * guard.stop
    return replace(guard, stop=stop) if is_step else guard
