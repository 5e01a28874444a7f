"""What Alpaca takes for crypto: the schedule by tier, and the charges it books at the end of the day."""

import contextlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.brokers.alpaca.names import Catalog
from engine.brokers.parse import MalformedAnswerError, Row, amount_in, lenient, text_in
from engine.money import ZERO, exact
from engine.orders import Fill

_USD = "USD"

# https://docs.alpaca.markets/docs/crypto-fees: what takers pay, in basis points, by tier of the account.
_TAKER = tuple(Decimal(bps) / 10_000 for bps in (25, 22, 20, 18, 15, 13, 12, 10))

#: A charge is rounded: by so much of itself, or to the cent.
_NEAR_RATIO, _NEAR_USD = Decimal("0.01"), Decimal("0.005")
_BOOKED_WITHIN = timedelta(days=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One booked fee; it names neither order nor fill."""

    amount: Decimal
    asset: str
    day: date


def taker_of_tier(tier: int | None) -> Decimal:
    """Return what a market order pays in an account's tier; the first one's where the venue does not tell."""
    return _TAKER[min(max(tier or 1, 1), len(_TAKER)) - 1]


def parse_tier(account: Row) -> int | None:
    """Return the account's crypto tier, where it is told."""
    tier = lenient(account, "crypto_tier", amount_in)
    return None if tier is None else int(tier)


def parse_charge(row: Row, catalog: Catalog) -> Charge:
    """Read one CFEE activity: dollars, or coins of a pair with a negative quantity."""
    day = date.fromisoformat(text_in(row, "date")[:10])
    dollars = lenient(row, "net_amount", amount_in) or ZERO
    if dollars:
        return Charge(amount=-dollars, asset=_USD, day=day)
    coin = catalog.asset(text_in(row, "symbol")).base
    return Charge(amount=-amount_in(row, "qty"), asset=coin, day=day)


def readable_charges(rows: Iterable[Row], catalog: Catalog) -> list[Charge]:
    """Read the charges of a page; one that cannot be read only leaves a fee unknown."""
    charges = list[Charge]()
    for row in rows:
        with contextlib.suppress(MalformedAnswerError, ValueError):
            charges.append(parse_charge(row, catalog))
    return charges


def find_fee(fills: Sequence[Fill], charges: Iterable[Charge], *, tier: int | None) -> Decimal | None:
    """Return what was charged for a market order's fills; None while not all of it is booked.

    The venue names no order with a charge, so the one of its day is taken whose amount fits what the
    account pays: one for the whole order, else one a fill.
    """
    if not fills:
        return None
    # The account may have changed its tier in the night between.
    rates = {taker_of_tier(near) for near in ((tier or 1) - 1, tier or 1, (tier or 1) + 1)}
    open_charges = [charge for charge in charges if _is_of(charge, fills[0])]
    whole = _take(open_charges, sum((_base_of(fill) for fill in fills), ZERO), rates)
    if whole is not None:
        return whole
    parts = [_take(open_charges, _base_of(fill), rates) for fill in fills]
    return sum((part for part in parts if part is not None), ZERO) if None not in parts else None


def _is_of(charge: Charge, fill: Fill) -> bool:
    day = fill.at.date()
    return charge.asset == fill.fee_asset and day - timedelta(days=1) <= charge.day <= day + _BOOKED_WITHIN


def _base_of(fill: Fill) -> Decimal:
    """Return the amount that the fee is a part of: what the fill credited."""
    with exact():
        return fill.quantity if fill.fee_asset == fill.base else fill.quantity * fill.price


def _take(charges: list[Charge], base: Decimal, rates: Collection[Decimal]) -> Decimal | None:
    """Return and use up the charge that fits best."""
    fitting = [charge for charge in charges if _misfit(charge, base, rates) <= _tolerance(charge)]
    if not fitting:
        return None
    best = min(fitting, key=lambda charge: _misfit(charge, base, rates))
    charges.remove(best)
    return best.amount


def _misfit(charge: Charge, base: Decimal, rates: Collection[Decimal]) -> Decimal:
    return min(abs(charge.amount - base * rate) for rate in rates)


def _tolerance(charge: Charge) -> Decimal:
    cent = _NEAR_USD if charge.asset == _USD else ZERO
    return max(abs(charge.amount) * _NEAR_RATIO, cent)
