"""Pure: what closing a position wins or loses against what was paid, and against what its guard counts from."""

from decimal import Decimal

from engine.accounts.cost_basis import paid_for, share
from engine.alerts.messages import AgainstGuard
from engine.guards.rule import pnl
from engine.model.money import ZERO, exact
from engine.portfolio.position import Position


def paid_or_remembered(position: Position, quantity: Decimal) -> Decimal | None:
    """Return what a quantity of a position cost, in what it is sold for; None is unknown.

    A guard remembers it while fills are read again.
    """
    currency, guard = position.quote, position.guard
    paid = position.paid_for(quantity, currency=currency)
    if paid is not None or guard is None:
        return paid
    return paid_for(
        quantity,
        currency=currency,
        explained=guard.quantity,
        cost=guard.paid_cost,
        cost_currency=guard.currency,
    )


def net_result(
    position: Position, quantity: Decimal, *, cost: Decimal | None, price: Decimal, fee: Decimal
) -> Decimal | None:
    """Return what closing a quantity leaves against its cost, after the fee; None without a cost."""
    if cost is None or quantity <= ZERO or cost <= ZERO:
        return None
    gross = pnl(mark=price, quantity=quantity, cost=cost, direction=position.direction)
    with exact():
        return gross - fee


def against_guard(
    position: Position, quantity: Decimal, *, price: Decimal, fee: Decimal
) -> AgainstGuard | None:
    """Return the result of the guarded part against what its guard counts from; None without a guard."""
    guard = position.guard
    if guard is None or guard.entry is None or guard.currency != position.quote:
        return None
    covered = min(guard.quantity, quantity)
    if covered <= ZERO:
        return None
    result = net_result(
        position,
        covered,
        cost=share(guard.cost, covered, guard.quantity),
        price=price,
        fee=share(fee, covered, quantity),
    )
    return None if result is None else AgainstGuard(price=guard.entry, quantity=covered, result=result)
