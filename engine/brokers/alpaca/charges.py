"""Pure: which booked charge belongs to which order, where their venue does not say so: each to one at most."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.money import ZERO

#: A charge is rounded: by so much of itself, or to the cent.
_NEAR_RATIO, _NEAR_USD = Decimal("0.01"), Decimal("0.005")
_BOOKED_WITHIN = timedelta(days=4)
#: Fills this far from an order may be charged on the same days as it.
SHARED_DAYS = _BOOKED_WITHIN + timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One booked fee; it names neither order nor fill."""

    amount: Decimal
    asset: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An order, or one fill of it, that is charged for once."""

    #: What the fee is a part of.
    base: Decimal
    asset: str
    day: date


def certain_charges(
    bills: Sequence[Bill], rivals: Sequence[Bill], charges: Sequence[Charge], rates: Collection[Decimal]
) -> list[Decimal] | None:
    """Return what each of these bills was charged; None unless that is so however the charges are shared out.

    Every charge goes to one bill at most, and as many bills as possible have theirs.
    """
    fits = [
        [n for n, charge in enumerate(charges) if _fits(charge, bill, rates)] for bill in (*bills, *rivals)
    ]
    shared = dict(enumerate(fits))
    most = _count(shared)
    amounts = [_amount_of(n, shared, charges, most) for n in range(len(bills))]
    known = [amount for amount in amounts if amount is not None]
    return known if len(known) == len(amounts) else None


def _amount_of(
    bill: int, shared: Mapping[int, Sequence[int]], charges: Sequence[Charge], most: int
) -> Decimal | None:
    """Return the one amount that a bill has in every fullest sharing out; None where there are several, or none."""
    others = {n: fits for n, fits in shared.items() if n != bill}
    if not shared[bill] or _count(others) == most:
        return None
    amounts = {
        charges[taken].amount
        for taken in shared[bill]
        if _count({n: [one for one in fits if one != taken] for n, fits in others.items()}) == most - 1
    }
    return amounts.pop() if len(amounts) == 1 else None


def _count(shared: Mapping[int, Sequence[int]]) -> int:
    """Return how many bills can have a charge of their own at most."""
    taken = dict[int, int]()

    def finds(bill: int, tried: set[int]) -> bool:
        for charge in shared[bill]:
            if charge in tried:
                continue
            tried.add(charge)
            if charge not in taken or finds(taken[charge], tried):
                taken[charge] = bill
                return True
        return False

    return sum(finds(bill, set()) for bill in shared)


def _fits(charge: Charge, bill: Bill, rates: Collection[Decimal]) -> bool:
    days = bill.day - timedelta(days=1), bill.day + _BOOKED_WITHIN
    if charge.asset != bill.asset or not days[0] <= charge.day <= days[1]:
        return False
    cent = _NEAR_USD if charge.asset == "USD" else ZERO
    tolerance = max(abs(charge.amount) * _NEAR_RATIO, cent)
    return min(abs(charge.amount - bill.base * rate) for rate in rates) <= tolerance
