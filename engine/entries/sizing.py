"""How much a buy spends in all, fees included, and why that much; pure."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import TypeAlias

from engine.entries.rules import MOST_DRIFT, EntryRules
from engine.model.money import ZERO, exact, floor_to

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amount:
    """So many dollars, taken as given."""

    usd: Decimal


@dataclass(frozen=True, slots=True)
class EquityShare:
    """A part of total equity, as a fraction."""

    ratio: Decimal


@dataclass(frozen=True, slots=True)
class Most:
    """As much as cash and exposure let."""


#: None stands for the usual size.
SizeRequest: TypeAlias = Amount | EquityShare | Most | None


class SizeBasis(StrEnum):
    """Where a size comes from."""

    AMOUNT = "amount"
    SHARE = "share"
    MOST = "most"
    #: The usual part of total equity.
    USUAL = "usual"
    #: The smallest that can be bought and still be sold, which is more than the usual part.
    SMALLEST = "smallest"
    #: The most of total equity that is ever chosen, because the smallest one is even more.
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What is spent in all, and why so much."""

    usd: Decimal
    basis: SizeBasis
    #: Of total equity; None for what is no part of it.
    share: Decimal | None = None
    #: What it is a part of; None is unknown.
    equity_usd: Decimal | None
    #: False where that lacks something without a price, so that it is at least so much.
    is_equity_complete: bool = True


class SizeUnknown(StrEnum):
    """What is not known, so that no size follows from it."""

    EQUITY = "total equity"
    CASH = "free cash"
    #: What total exposure leaves.
    EXPOSURE = "exposure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What sizes are worked out from; None is unknown."""

    #: Over all brokers; at least so much where something has no price.
    equity_usd: Decimal | None
    is_equity_complete: bool = True
    #: The smallest buy that can be sold again, wherever that is least.
    least_usd: Decimal | None
    #: The most that one account can spend on it.
    cash_usd: Decimal | None
    #: What total exposure leaves.
    exposure_left_usd: Decimal | None


def plan_size(request: SizeRequest, bounds: Bounds, rules: EntryRules) -> Size | SizeUnknown:
    """Return how much is spent, in whole cents, or what is not known and would have to be."""
    match request:
        case Amount(usd):
            return _size(usd, SizeBasis.AMOUNT, bounds)
        case Most():
            return _most(bounds, rules)
        case EquityShare(ratio):
            return _share(ratio, SizeBasis.SHARE, bounds)
        case None:
            return _usual(bounds, rules)


def _most(bounds: Bounds, rules: EntryRules) -> Size | SizeUnknown:
    cash, left = bounds.cash_usd, bounds.exposure_left_usd
    if cash is None:
        return SizeUnknown.CASH
    if left is None:
        return SizeUnknown.EQUITY if bounds.equity_usd is None else SizeUnknown.EXPOSURE
    with exact():
        # The reciprocal of a buffer rarely ends; what is cut off stays free as well.
        usd = floor_to(max(min(cash / rules.with_buffer(Decimal(1)), left), ZERO), _CENT)
    return _size(usd, SizeBasis.MOST, bounds)


def _usual(bounds: Bounds, rules: EntryRules) -> Size | SizeUnknown:
    usual = _share(rules.share, SizeBasis.USUAL, bounds)
    ceiling = _share(rules.most_share, SizeBasis.CEILING, bounds)
    if isinstance(usual, SizeUnknown) or isinstance(ceiling, SizeUnknown) or bounds.least_usd is None:
        return usual
    with exact():
        # It still is large enough when the price has drifted until it is confirmed.
        least = (bounds.least_usd * (1 + MOST_DRIFT) / _CENT).to_integral_value(ROUND_CEILING) * _CENT
    if least <= usual.usd:
        return usual
    if least > ceiling.usd:
        return ceiling
    return _size(least, SizeBasis.SMALLEST, bounds, share=rules.share)


def _share(ratio: Decimal, basis: SizeBasis, bounds: Bounds) -> Size | SizeUnknown:
    equity = bounds.equity_usd
    if equity is None:
        return SizeUnknown.EQUITY
    with exact():
        usd = floor_to(max(equity, ZERO) * ratio, _CENT)
    return _size(usd, basis, bounds, share=ratio)


def _size(usd: Decimal, basis: SizeBasis, bounds: Bounds, *, share: Decimal | None = None) -> Size:
    return Size(
        usd=usd,
        basis=basis,
        share=share,
        equity_usd=bounds.equity_usd,
        is_equity_complete=bounds.is_equity_complete,
    )
