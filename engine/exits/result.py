"""Pure: what closing a position brings, done or planned, against what was paid and against what its guard counts from."""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.alerts.messages import AgainstGuard
from engine.model.money import ZERO, exact
from engine.orders.intents import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """What orders filled, or would fill, in the money they are paid with."""

    quantity: Decimal
    #: None is unknown.
    value: Decimal | None
    is_sale: bool
    currency: str
    #: None while it is not booked.
    fee: Decimal | None
    #: None where the venue names none: then it is that of the pair.
    fee_asset: str | None
    #: What one unit of that money is worth in the guard's own; None is unknown.
    rate: Decimal | None

    @property
    def fee_paid(self) -> Decimal | None:
        """Return the fee as far as it lessens the result; None where it is not booked or was paid in another asset."""
        return self.fee if self.fee_asset in {self.currency, None} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What closing brings, in its guard's currency."""

    #: Against what was paid; None where that, the value or its rate is unknown.
    realised: Decimal | None = None
    #: What was paid for each unit; None is unknown.
    entry: Decimal | None = None
    #: Against what its guard counts from; None where nothing was guarded, or nobody knows what it brought.
    against_guard: AgainstGuard | None = None
    #: True while the fee is not booked, or where it was charged in another asset.
    before_fee: bool = False


def results_of_exit(traded: Traded, trigger: Trigger) -> Results:
    """Return what an exit brought of the quantity that its trigger names."""
    return results_of(traded, paid=trigger.paid_cost, of_quantity=trigger.quantity, guarded=trigger.guarded)


def results_of(
    traded: Traded, *, paid: Decimal | None, of_quantity: Decimal, guarded: tuple[Decimal, Decimal]
) -> Results:
    """Return what closing brings; `paid` is what `of_quantity` cost.

    `guarded` is how much of it a guard covers and what that counts from; zeros where none does.
    """
    return Results(
        realised=None if paid is None else realised_pnl(traded, cost=paid, of_quantity=of_quantity),
        entry=paid / of_quantity if paid is not None and of_quantity else None,
        against_guard=_against_guard(traded, *guarded),
        before_fee=traded.fee_paid is None,
    )


def _against_guard(traded: Traded, guarded: Decimal, cost: Decimal) -> AgainstGuard | None:
    covered = min(guarded, traded.quantity)
    if covered <= ZERO or traded.value is None:
        return None
    part = replace(
        traded,
        quantity=covered,
        value=share(traded.value, covered, traded.quantity),
        fee=None if traded.fee is None else share(traded.fee, covered, traded.quantity),
    )
    result = realised_pnl(part, cost=cost, of_quantity=guarded)
    return None if result is None else AgainstGuard(price=cost / guarded, quantity=covered, result=result)


def realised_pnl(traded: Traded, *, cost: Decimal, of_quantity: Decimal) -> Decimal | None:
    """Return what was brought, in the guard's money; `cost` is what `of_quantity` had cost. None is unknown."""
    if traded.value is None or traded.rate is None or of_quantity == ZERO:
        return None
    paid = share(cost, traded.quantity, of_quantity)
    with exact():
        brought = traded.value * traded.rate
        gross = brought - paid if traded.is_sale else paid - brought
        return gross - (traded.fee_paid or ZERO) * traded.rate
