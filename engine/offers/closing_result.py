"""Pure: what closing a position wins or loses against what was paid, and against what its guard counts from."""

from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.alerts.messages import AgainstGuard
from engine.guards.guard import Guard
from engine.guards.rule import pnl
from engine.model.money import ZERO, exact
from engine.portfolio.assemble import Found


def paid_for(found: Found, quantity: Decimal) -> Decimal | None:
    """Return what a quantity of a position cost, in what it is sold for; None is unknown."""
    currency = found.instrument.quote if found.instrument else None
    if found.cost and found.currency == currency and found.explained >= quantity:
        return share(found.cost, quantity, found.explained)
    guard = found.guard
    if guard is None or guard.paid_cost is None or guard.currency != currency:
        return None
    # A guard remembers it while fills are read again.
    return share(guard.paid_cost, quantity, guard.quantity) if guard.quantity >= quantity else None


def net_result(
    found: Found, quantity: Decimal, *, cost: Decimal | None, price: Decimal, fee: Decimal
) -> Decimal | None:
    """Return what closing a quantity leaves against its cost, after the fee; None without a cost."""
    if cost is None or quantity <= ZERO or cost <= ZERO:
        return None
    gross = pnl(mark=price, quantity=quantity, cost=cost, direction=found.direction)
    with exact():
        return gross - fee


def against_guard(found: Found, quantity: Decimal, *, price: Decimal, fee: Decimal) -> AgainstGuard | None:
    """Return the result of the guarded part against what its guard counts from; None without a guard."""
    guard = found.guard
    if guard is None or guard.entry is None or not _is_sold_for(found, guard):
        return None
    covered = min(guard.quantity, quantity)
    if covered <= ZERO:
        return None
    result = net_result(
        found,
        covered,
        cost=share(guard.cost, covered, guard.quantity),
        price=price,
        fee=share(fee, covered, quantity),
    )
    return None if result is None else AgainstGuard(price=guard.entry, quantity=covered, result=result)


def _is_sold_for(found: Found, guard: Guard) -> bool:
    return found.instrument is not None and guard.currency == found.instrument.quote
