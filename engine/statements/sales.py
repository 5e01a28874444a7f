"""Pure: what each sale brought after its fee, whoever made it.

A sale of NIJA's has the result of its own record, which the alert and `/history` show too. One that its owner made at the
venue is counted at average cost (`engine.accounts.disposals`), as entries are everywhere in NIJA; first in, first out is
for the export formats that need it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.accounts.disposals import Disposal
from engine.alerts.messages import ExitFilled
from engine.exits.audit import ExitRecord
from engine.exits.result import Traded, results_of
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact, is_at_par
from engine.model.quotes import is_price
from engine.model.venues import Venue
from engine.statements.periods import Span


class WhyUnknown(StrEnum):
    """Why nobody can tell what a sale brought."""

    #: Nothing that is known explains what the coins cost.
    NO_ENTRY = "no_entry"
    #: Fills from before may explain it, and were not read.
    NO_HISTORY = "no_history"
    #: What it brought is in another currency than the cost.
    NO_RATE = "no_rate"
    #: A leveraged trade at the venue: it may have opened a position or closed one.
    MARGIN = "margin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One sale, or a margin position that was bought back."""

    account_id: str
    at: datetime
    #: What the result is in.
    currency: str
    #: Against what was paid, after the fee; None is unknown.
    realised: Decimal | None
    #: None where the result is known.
    why_unknown: WhyUnknown | None = None
    #: True while the fee is not booked, or where it was charged in another asset.
    before_fee: bool = False
    #: True of a trade that its owner made at the venue.
    is_owners: bool = False


def sales_of_exit(record: ExitRecord, span: Span) -> Iterator[Sale]:
    """Return what an exit of NIJA's sold in a span; orders of it that were found filled later are sales by themselves."""
    at = record.filled_at or record.intent.updated_at
    if record.intent.filled_quantity > ZERO and span.holds(at):
        results = record.results
        realised = None if results is None else results.realised
        yield Sale(
            account_id=record.intent.account_id,
            at=at,
            currency=record.guard_currency,
            realised=realised,
            why_unknown=None
            if realised is not None
            else _why(record.rate, results is None or not results.entry),
            before_fee=results is None or results.before_fee,
        )
    yield from (_late(record, late) for late in record.late if span.holds(late.filled_at))


def _late(record: ExitRecord, late: ExitFilled) -> Sale:
    is_entry_known = late.entry_known and not late.since_guarded
    realised = late.realised if is_entry_known else None
    return Sale(
        account_id=record.intent.account_id,
        at=late.filled_at,
        currency=quote_of(late.instead_of) or late.currency,
        realised=realised,
        why_unknown=None if realised is not None else _why(late.rate, not is_entry_known),
        before_fee=late.before_fee,
    )


def _why(rate: Decimal | None, lacks_entry: bool) -> WhyUnknown:  # noqa: FBT001 - the two facts it weighs
    return WhyUnknown.NO_RATE if rate is None and not lacks_entry else WhyUnknown.NO_ENTRY


def sale_of_disposal(disposal: Disposal, account_id: str, venue: Venue, usd_rate: Decimal | None) -> Sale:
    """Return what a trade of the owner brought; `usd_rate` is USD for one unit of what was given away, where known."""
    traded = _traded(disposal, venue, usd_rate)
    results = results_of(traded, paid=disposal.cost, of_quantity=disposal.quantity, guarded=(ZERO, ZERO))
    return Sale(
        account_id=account_id,
        at=disposal.fill.at,
        currency=disposal.currency or _received(disposal)[1],
        realised=results.realised,
        why_unknown=None if results.realised is not None else _why_disposal(disposal),
        before_fee=results.before_fee,
        is_owners=True,
    )


def _why_disposal(disposal: Disposal) -> WhyUnknown:
    if not disposal.is_history_known:
        return WhyUnknown.NO_HISTORY
    return WhyUnknown.NO_ENTRY if disposal.cost is None else WhyUnknown.NO_RATE


def _traded(disposal: Disposal, venue: Venue, usd_rate: Decimal | None) -> Traded:
    """Return what was received in the currency of the cost; between coins by what the given one was worth in dollars."""
    value, currency = _received(disposal)
    rate = Decimal(1) if _is_same(currency, disposal.currency, venue) else None
    if rate is None and disposal.currency == "USD" and is_price(usd_rate):
        value, currency, rate = disposal.quantity, disposal.asset, usd_rate
    return Traded(
        quantity=disposal.quantity,
        value=value,
        is_sale=True,
        currency=currency,
        fee=disposal.fill.fee,
        fee_asset=disposal.fill.fee_asset,
        rate=rate,
    )


def _received(disposal: Disposal) -> tuple[Decimal, str]:
    fill = disposal.fill
    if fill.base != disposal.asset:
        return fill.quantity, fill.base
    with exact():
        return fill.quantity * fill.price, fill.quote


def _is_same(one: str, other: str | None, venue: Venue) -> bool:
    return one == other or (other is not None and is_at_par(one, venue) and is_at_par(other, venue))


def join_orders(sales: Iterable[tuple[str, Sale]]) -> tuple[Sale, ...]:
    """Return one sale an order of what was counted fill by fill; one fill without a result leaves its order without."""
    by_order = defaultdict[tuple[str, str], list[Sale]](list)
    for order_id, sale in sales:
        by_order[order_id, sale.currency].append(sale)
    return tuple(map(_joined, by_order.values()))


def _joined(sales: Sequence[Sale]) -> Sale:
    known = [one.realised for one in sales if one.realised is not None]
    with exact():
        realised = sum(known, ZERO) if len(known) == len(sales) else None
    return replace(
        sales[-1],
        realised=realised,
        why_unknown=next((one.why_unknown for one in sales if one.why_unknown is not None), None),
        before_fee=any(one.before_fee for one in sales),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What sales brought in one currency."""

    currency: str
    #: Of those whose result is known; None where none is.
    realised: Decimal | None
    sales: int
    #: How many of them lack a result, by why.
    unknown: tuple[tuple[WhyUnknown, int], ...] = ()
    #: How many of the counted ones are before their fee.
    before_fee: int = 0
    #: How many the owner made at the venue.
    owners: int = 0


def add_up(sales: Sequence[Sale]) -> tuple[Result, ...]:
    """Return the results of sales in each currency; what has none is counted beside the sum, never as zero."""
    return tuple(
        _sum(currency, [one for one in sales if one.currency == currency])
        for currency in sorted({one.currency for one in sales})
    )


def _sum(currency: str, sales: Sequence[Sale]) -> Result:
    known = [one.realised for one in sales if one.realised is not None]
    reasons = [one.why_unknown for one in sales]
    with exact():
        realised = sum(known, ZERO) if known else None
    return Result(
        currency=currency,
        realised=realised,
        sales=len(sales),
        unknown=tuple((why, reasons.count(why)) for why in WhyUnknown if why in reasons),
        before_fee=sum(one.before_fee and one.realised is not None for one in sales),
        owners=sum(one.is_owners for one in sales),
    )
