"""Pure: what an exit brought against the cost of what it sold. The one place where that is worked out."""

from dataclasses import dataclass
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.model.money import ZERO, exact


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


def realised_pnl(traded: Traded, *, cost: Decimal, of_quantity: Decimal) -> Decimal | None:
    """Return what was brought, in the guard's money; `cost` is what `of_quantity` had cost. None is unknown."""
    if traded.value is None or traded.rate is None or of_quantity == ZERO:
        return None
    paid = share(cost, traded.quantity, of_quantity)
    with exact():
        brought = traded.value * traded.rate
        gross = brought - paid if traded.is_sale else paid - brought
        return gross - (traded.fee_paid or ZERO) * traded.rate
