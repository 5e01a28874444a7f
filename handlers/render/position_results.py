"""A position's result and the prices of its guard, the same in every text."""

from decimal import Decimal

from engine.guards.guard import Guard
from engine.guards.stop import trigger_price_of
from engine.model.money import ZERO
from engine.portfolio.position import Position
from handlers.render.numbers import (
    in_currency,
    percent,
    price,
)

UNKNOWN = "unknown"


def result_text(ratio: Decimal | None, pnl: Decimal | None, currency: str) -> str:
    """Write a result in percent and money, or that it is unknown."""
    if ratio is None or pnl is None:
        return UNKNOWN
    return f"{percent(ratio)}, {in_currency(pnl, currency, signed=True)}"


def is_guarded_from_elsewhere(position: Position) -> bool:
    """Return whether the guard of a position counts from another price than its known entry."""
    guard, entry = position.guard, position.entry
    if guard is None or guard.entry is None or entry is None or position.pnl is None:
        return False
    return guarded_from(guard) != price(entry, position.currency)


def guarded_from(guard: Guard) -> str:
    """Write the price a guard counts from."""
    return price(guard.entry or ZERO, guard.currency)


def guard_trigger(guard: Guard) -> str:
    """Write the price at which a guard has its position sold."""
    return price(trigger_price_of(guard) or ZERO, guard.currency)
