"""Pure: how much of a guarded position may have gone to fees that its venue reports elsewhere or later."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.guards.guard import Guard
from engine.model.holdings import PositionKind
from engine.model.money import FIAT, USD_STABLECOINS, ZERO, exact
from engine.model.movements import BOOKED_LATER_RATIO, change_of
from engine.model.orders import Fill
from engine.model.venues import Venue

#: Their trades name every fee in the quote currency, also one that was taken from the base asset; the field that
#: would show is not part of a trade (https://support.kraken.com/hc/en-us/articles/360001184886).
_NAME_FEES_IN_QUOTE = frozenset({Venue.KRAKEN})

#: To so much a fee is cut off where a trade names it, and a quantity where it is booked.
_MONEY_STEP = Decimal("0.00001")
_COIN_STEP = Decimal("0.00000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreportedFees:
    """By how much, at most, a position may differ from the sum of its trades."""

    #: So much less may have come in by purchases.
    of_purchases: Decimal = ZERO
    #: So much more may have gone out by sales.
    of_sales: Decimal = ZERO
    #: So much more may be there: the fee was taken from the other asset of the pair.
    taken_elsewhere: Decimal = ZERO
    #: What was cut off where fees are named and booked.
    rounding: Decimal = ZERO


def unreported_fees(guard: Guard, fills: Iterable[Fill]) -> UnreportedFees:
    """Return what the fees of some trades leave open; a leveraged position pays none of its own quantity."""
    purchases = sales = elsewhere = rounding = ZERO
    if guard.kind is not PositionKind.SPOT:
        return UnreportedFees()
    for fill in fills:
        taken, cut_off = _taken(guard, fill)
        with exact():
            if change_of(guard.asset, fill) > ZERO:
                purchases += taken
            else:
                sales += taken
            rounding += cut_off
            elsewhere += _taken_elsewhere(guard, fill)
    return UnreportedFees(
        of_purchases=purchases, of_sales=sales, taken_elsewhere=elsewhere, rounding=rounding
    )


def _taken(guard: Guard, fill: Fill) -> tuple[Decimal, Decimal]:
    """Return how much of the guarded asset a fee may have taken, and how much of that is cut off in its figure."""
    if fill.fee is None:
        with exact():
            return abs(change_of(guard.asset, fill)) * BOOKED_LATER_RATIO, _COIN_STEP
    if not _may_be_in_base(guard, fill) or fill.base != guard.asset:
        return ZERO, ZERO
    step = _MONEY_STEP if fill.quote in FIAT | USD_STABLECOINS else _COIN_STEP
    one = Decimal(1)
    return share(fill.fee, one, fill.price), share(step, one, fill.price) + _COIN_STEP


def _taken_elsewhere(guard: Guard, fill: Fill) -> Decimal:
    is_paid_with_it = fill.quote == guard.asset and fill.fee is not None and _may_be_in_base(guard, fill)
    return (fill.fee or ZERO) if is_paid_with_it else ZERO


def _may_be_in_base(guard: Guard, fill: Fill) -> bool:
    is_named_so = guard.venue in _NAME_FEES_IN_QUOTE and fill.fee_asset == fill.quote
    return is_named_so and not fill.margin
