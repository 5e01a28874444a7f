"""What Alpaca takes for crypto: the schedule by tier, and the charges it books at the end of the day."""

import contextlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from engine.brokers.alpaca.charges import Bill, Charge, certain_charges, sole_charge
from engine.brokers.alpaca.names import Catalog
from engine.brokers.parse import MalformedAnswerError, Row, amount_in, lenient, text_in
from engine.model.money import ZERO, exact
from engine.model.orders import Fill

_USD = "USD"

# https://docs.alpaca.markets/docs/crypto-fees: what takers pay, in basis points, by tier of the account.
_TAKER = tuple(Decimal(bps) / 10_000 for bps in (25, 22, 20, 18, 15, 13, 12, 10))
#: What anybody pays, those included whose order rested; the last tier's rest free of charge.
_PUBLISHED = frozenset({*_TAKER, *(Decimal(bps) / 10_000 for bps in (15, 12, 10, 8, 5, 2))})
#: An activity's id begins with its time: 20261122000000000::…
_DAY_IN_ID = re.compile(r"[0-9]{8}(?=[0-9]*::)")


def taker_of_tier(tier: int | None) -> Decimal:
    """Return what a market order pays in an account's tier; the first one's where the venue does not report it."""
    return _TAKER[min(max(tier or 1, 1), len(_TAKER)) - 1]


def parse_tier(account: Row) -> int | None:
    """Return the account's crypto tier, where it is reported."""
    tier = lenient(account, "crypto_tier", amount_in)
    return None if tier is None else int(tier)


def parse_charge(row: Row, catalog: Catalog) -> Charge:
    """Read one CFEE activity: dollars, or coins of a pair with a negative quantity."""
    day = _day(row)
    dollars = lenient(row, "net_amount", amount_in) or ZERO
    if dollars:
        return Charge(amount=-dollars, asset=_USD, day=day)
    coin = catalog.coin(text_in(row, "symbol"))
    return Charge(amount=-amount_in(row, "qty"), asset=coin.base, day=day)


def _day(row: Row) -> date:
    """Return the day of an activity; those that are no trades have a date, and some only a time or an id that contains one."""
    dates = (lenient(row, key, text_in) for key in ("date", "transaction_time", "created_at"))
    in_id = _DAY_IN_ID.match(lenient(row, "id", text_in) or "")
    for text in (*dates, in_id and in_id.group()):
        with contextlib.suppress(ValueError):
            return date.fromisoformat((text or "")[:10])
    message = "a charge of no known day"
    raise MalformedAnswerError(message)


def readable_charges(rows: Iterable[Row], catalog: Catalog) -> list[Charge]:
    """Read the charges of a page; one that cannot be read only leaves a fee unknown."""
    charges = list[Charge]()
    for row in rows:
        with contextlib.suppress(MalformedAnswerError):
            charges.append(parse_charge(row, catalog))
    return charges


def find_fee(
    fills: Sequence[Fill], charges: Iterable[Charge], *, tier: int | None, others: Iterable[Fill] = ()
) -> Decimal | None:
    """Return what was charged for a market order's fills; None while that is not booked or not certain.

    The venue names no order with a charge: it books one for a whole order, or one a fill. `others` are the
    account's fills of other orders about that time, to each of which a charge may belong as well.
    """
    if not fills:
        return None
    # The account may have changed its tier in the night between.
    rates = {taker_of_tier(near) for near in ((tier or 1) - 1, tier or 1, (tier or 1) + 1)}
    booked, rivals = list(charges), _rivals(others, asset=fills[0].fee_asset)
    whole = certain_charges([_bill(fills)], rivals, booked, rates)
    parts = whole or certain_charges([_bill([fill]) for fill in fills], rivals, booked, rates)
    if parts is None:
        # A whole at another rate looks like one of several parts at the account's own.
        whole_rates = _PUBLISHED if len(fills) == 1 else rates
        return sole_charge(
            _bill(fills),
            rivals,
            booked,
            split_rates=rates,
            whole_rates=whole_rates,
            rival_rates=_PUBLISHED,
        )
    with exact():
        return sum(parts, ZERO)


def _rivals(others: Iterable[Fill], *, asset: str) -> list[Bill]:
    """Return what other orders may be charged for, in whole and by the fill."""
    orders = dict[str, list[Fill]]()
    for fill in others:
        if fill.fee_asset == asset:
            orders.setdefault(fill.venue_order_id, []).append(fill)
    wholes = [_bill(fills) for fills in orders.values()]
    return [*wholes, *(_bill([fill]) for fills in orders.values() if len(fills) > 1 for fill in fills)]


def _bill(fills: Sequence[Fill]) -> Bill:
    with exact():
        base = sum((_base_of(fill) for fill in fills), ZERO)
    return Bill(base=base, asset=fills[0].fee_asset, day=fills[0].at.date())


def _base_of(fill: Fill) -> Decimal:
    """Return the amount that the fee is a part of: what the fill credited."""
    with exact():
        return fill.quantity if fill.fee_asset == fill.base else fill.quantity * fill.price
