"""Pure: match booked charges to orders where the venue does not link them; each to one order at most."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from engine.brokers.alpaca.sharing import TooMuchWorkError, Work, count_shared
from engine.model.money import ZERO, exact

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


class _Bills:
    """Bills by what they may have been charged."""

    def __init__(self, bills: Iterable[Bill], rates: Collection[Decimal], work: Work) -> None:
        self._work = work
        with exact():
            fees = [(bill.base * rate, n, bill) for n, bill in enumerate(bills) for rate in rates]
        self._fees = sorted(fees, key=lambda fee: fee[0])

    def that_fit(self, charge: Charge, *, most: int | None = None) -> list[int]:
        """Return the places of the bills that a charge may belong to, no more of them than requested."""
        with exact():
            least, largest = charge.amount - _tolerance(charge), charge.amount + _tolerance(charge)
        found = dict[int, None]()
        for n in range(bisect_left(self._fees, least, key=lambda fee: fee[0]), len(self._fees)):
            fee, place, bill = self._fees[n]
            if fee > largest or len(found) == most:
                break
            self._work.spend()
            if bill.asset == charge.asset and _is_in_time(charge, bill):
                found[place] = None
        return list(found)


def certain_charges(
    bills: Sequence[Bill], rivals: Sequence[Bill], charges: Sequence[Charge], rates: Collection[Decimal]
) -> list[Decimal] | None:
    """Return what each of these bills was charged; None unless that is so however the charges are shared out.

    Every charge goes to one bill at most, and as many bills as possible have theirs. Also None where too many bills
    and charges resemble each other to decide in time.
    """
    try:
        return _certain_charges(bills, rivals, charges, rates)
    except TooMuchWorkError:
        return None


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
    amount however that is done. Also None where that is too much to try.
    """
    there = [charge for charge in charges if charge.asset == bill.asset and _is_in_time(charge, bill)]
    if len(there) > _MOST_TRIED:
        return None
    work = Work()
    try:
        rival_bills = _Bills(rivals, rival_rates, work)
        found = _sole_charges(
            bill, rival_bills, there, split_rates=split_rates, whole_rates=whole_rates, work=work
        )
        amounts = set(found)
    except TooMuchWorkError:
        return None
    return amounts.pop() if len(amounts) == 1 else None


def _certain_charges(
    bills: Sequence[Bill], rivals: Sequence[Bill], charges: Sequence[Charge], rates: Collection[Decimal]
) -> list[Decimal] | None:
    work = Work()
    fitting = _Bills((*bills, *rivals), rates, work)
    fits = [list[int]() for _ in range(len(bills) + len(rivals))]
    for n, charge in enumerate(charges):
        for place in fitting.that_fit(charge):
            fits[place].append(n)
    kept = _related(fits, of=range(len(bills)), work=work)
    most = count_shared(kept.values(), work)
    amounts = dict[Bill, Decimal | None]()
    for n, bill in enumerate(bills):
        # Equal bills are charged alike.
        if bill not in amounts:
            others = [found for place, found in kept.items() if place != n]
            amounts[bill] = _amount_of(fits[n], others, charges, most, work)
    known = [amount for bill in bills if (amount := amounts[bill]) is not None]
    return known if len(known) == len(bills) else None


def _related(fits: Sequence[Sequence[int]], *, of: Iterable[int], work: Work) -> dict[int, Sequence[int]]:
    """Return the bills that share charges with some, directly or through others: no other one matters to them."""
    of_charge = dict[int, list[int]]()
    for place, found in enumerate(fits):
        for charge in found:
            of_charge.setdefault(charge, []).append(place)
    kept, to_see, seen = dict[int, Sequence[int]](), list(of), set[int]()
    while to_see:
        place = to_see.pop()
        if place in kept:
            continue
        kept[place] = fits[place]
        for charge in set(fits[place]) - seen:
            work.spend(len(of_charge[charge]))
            to_see += of_charge[charge]
        seen.update(fits[place])
    return kept


def _sole_charges(
    bill: Bill,
    rivals: _Bills,
    charges: Sequence[Charge],
    *,
    split_rates: Collection[Decimal],
    whole_rates: Collection[Decimal],
    work: Work,
) -> Iterator[Decimal]:
    """Return what the bill was charged by every way to share the charges out."""
    # Whoever may be any of as many bills as there are charges finds one whatever becomes of the others.
    fits = {n: rivals.that_fit(charge, most=len(charges)) for n, charge in enumerate(charges)}
    most = count_shared(fits.values(), work)
    # What the other bills were charged is the rest, and neither any part of this nor all of it.
    for mine in _choices(charges, len(charges) - most):
        whole = _joined([charges[n] for n in mine])
        if not _fits(whole, bill, whole_rates if len(mine) == 1 else split_rates):
            continue
        others = [found for n, found in fits.items() if n not in mine]
        with_whole = [rivals.that_fit(whole, most=len(charges)), *others]
        if count_shared(others, work) == most == count_shared(with_whole, work):
            yield whole.amount


def _choices(charges: Sequence[Charge], size: int) -> Iterator[tuple[int, ...]]:
    """Return every way to take so many charges; of equal ones it does not matter which."""
    seen = set[tuple[Charge, ...]]()
    for taken in combinations(range(len(charges)), size) if size else ():
        alike = tuple(charges[n] for n in taken)
        if alike not in seen:
            seen.add(alike)
            yield taken


def _joined(charges: Sequence[Charge]) -> Charge:
    with exact():
        return replace(charges[0], amount=sum((charge.amount for charge in charges), ZERO))


def _amount_of(
    fits: Sequence[int],
    others: Sequence[Sequence[int]],
    charges: Sequence[Charge],
    most: int,
    work: Work,
) -> Decimal | None:
    """Return the one amount that a bill has in every fullest sharing out; None where there are several, or none."""
    if not fits or count_shared(others, work) == most:
        return None
    amounts = set[Decimal]()
    # Of equal charges it does not matter which is taken.
    for taken in {charges[n]: n for n in fits}.values():
        if count_shared([[one for one in found if one != taken] for found in others], work) == most - 1:
            amounts.add(charges[taken].amount)
    return amounts.pop() if len(amounts) == 1 else None


def _fits(charge: Charge, bill: Bill, rates: Collection[Decimal]) -> bool:
    if charge.asset != bill.asset or not _is_in_time(charge, bill):
        return False
    with exact():
        return min(abs(charge.amount - bill.base * rate) for rate in rates) <= _tolerance(charge)


def _tolerance(charge: Charge) -> Decimal:
    cent = _NEAR_USD if charge.asset == "USD" else ZERO
    with exact():
        return max(abs(charge.amount) * _NEAR_RATIO, cent)


def _is_in_time(charge: Charge, bill: Bill) -> bool:
    return bill.day - timedelta(days=1) <= charge.day <= bill.day + _BOOKED_WITHIN
