"""Pure: what an exit brought, against what was paid and against its guard. The one place where that is worked out."""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.alerts.messages import AgainstGuard
from engine.model.money import ZERO, exact
from engine.orders.intents import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    """What an exit's orders filled, in the money they were paid with."""

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
    """What an exit brought, in its guard's currency."""

    #: Against what was paid; None where that, the value or its rate is unknown.
    realised: Decimal | None
    #: What was paid for each unit; None is unknown.
    entry: Decimal | None
    #: Against what its guard counts from; None where nothing was guarded, or nobody knows what it brought.
    against_guard: AgainstGuard | None
    #: True while the fee is not booked, or where it was charged in another asset.
    before_fee: bool


def results_of(traded: Traded, trigger: Trigger) -> Results:
    """Return what an exit brought of the quantity that its trigger names."""
    paid, of_quantity = trigger.paid_cost, trigger.quantity
    return Results(
        realised=None if paid is None else realised_pnl(traded, cost=paid, of_quantity=of_quantity),
        entry=paid / of_quantity if paid is not None and of_quantity else None,
        against_guard=_against_guard(traded, trigger),
        before_fee=traded.fee_paid is None,
    )


def _against_guard(traded: Traded, trigger: Trigger) -> AgainstGuard | None:
    guarded, cost = trigger.guarded
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
