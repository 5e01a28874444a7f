"""Pure: which booked charge belongs to which order, where their venue does not say so: each to one at most."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import compress, product

from engine.money import ZERO, exact

#: A charge is rounded: by so much of itself, or to the cent.
_NEAR_RATIO, _NEAR_USD = Decimal("0.01"), Decimal("0.005")
_BOOKED_WITHIN = timedelta(days=4)
#: Of more charges not every way to share them out is tried.
_MOST_TRIED = 10
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


def sole_charge(
    bill: Bill,
    rivals: Sequence[Bill],
    charges: Sequence[Charge],
    *,
    split_rates: Collection[Decimal],
    whole_rates: Collection[Decimal],
    rival_rates: Collection[Decimal],
) -> Decimal | None:
    """Return what a bill was charged in several parts, or as a whole at a rate that is not its account's now.

    None unless every charge of those days is explained so, no other bill may have been charged it, and it is the same
    amount however that is done.
    """
    there = [charge for charge in charges if charge.asset == bill.asset and _is_in_time(charge, bill)]
    if len(there) > _MOST_TRIED:
        return None
    amounts = set[Decimal]()
    for mine, others in _splits(there):
        whole = _joined(mine)
        fits = _fits(whole, bill, whole_rates if len(mine) == 1 else split_rates)
        # What the other bills were charged is the rest, and neither any part of this nor all of it.
        rests = (there, others, [whole, *others]) if fits else ()
        if fits and {_explained(rivals, rest, rival_rates) for rest in rests} == {len(others)}:
            amounts.add(whole.amount)
    return amounts.pop() if len(amounts) == 1 else None


def _joined(charges: Sequence[Charge]) -> Charge:
    with exact():
        return replace(charges[0], amount=sum((charge.amount for charge in charges), ZERO))


def _splits(charges: Sequence[Charge]) -> Iterator[tuple[list[Charge], list[Charge]]]:
    """Return every way to take some charges and leave the others."""
    for taken in product((True, False), repeat=len(charges)):
        if any(taken):
            yield list(compress(charges, taken)), list(compress(charges, (not one for one in taken)))


def _explained(bills: Sequence[Bill], charges: Sequence[Charge], rates: Collection[Decimal]) -> int:
    """Return how many charges belong to one of some bills at most."""
    fits = {
        place: [n for n, charge in enumerate(charges) if _fits(charge, bill, rates)]
        for place, bill in enumerate(bills)
    }
    return _count(fits)


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
    if charge.asset != bill.asset or not _is_in_time(charge, bill):
        return False
    cent = _NEAR_USD if charge.asset == "USD" else ZERO
    tolerance = max(abs(charge.amount) * _NEAR_RATIO, cent)
    return min(abs(charge.amount - bill.base * rate) for rate in rates) <= tolerance


def _is_in_time(charge: Charge, bill: Bill) -> bool:
    return bill.day - timedelta(days=1) <= charge.day <= bill.day + _BOOKED_WITHIN
