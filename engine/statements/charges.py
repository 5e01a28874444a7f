"""Pure: what each trade was charged, and the sums of that; a fee that is not booked yet is estimated and named so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.alerts.messages import ExitFilled
from engine.exits.audit import ExitRecord
from engine.model.instruments import base_of, quote_of
from engine.model.money import ZERO, exact, is_cash
from engine.model.orders import Fill, Side
from engine.orders.intents import Intent, IntentStep
from engine.statements.periods import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The fee of one trade."""

    account_id: str
    at: datetime
    symbol: str
    #: Of a sale, or of a position that was bought back: then the realised result is after it.
    is_sale: bool
    #: What the amounts are in: the pair's quote currency, or what was charged where that is no part of the pair.
    currency: str
    #: None while it is not booked.
    fee: Decimal | None
    #: What it may come to, where it is not booked; None is unknown.
    estimate: Decimal | None = None
    #: What its owner was shown that it would come to, where that was kept with the order.
    planned: Decimal | None = None
    #: What was traded, in the same money; None is unknown.
    value: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeSum:
    """What trades were charged in one currency."""

    currency: str
    #: Of those that are booked.
    booked: Decimal
    trades: int
    #: Of those that are not, as far as it can be estimated.
    estimated: Decimal = ZERO
    #: What those traded whose fee is booked; None where that is not known of all of them.
    value: Decimal | None = None
    #: How many are not booked, and how many of these have no estimate either.
    unbooked: int = 0
    unknown: int = 0


def charges_of_exit(record: ExitRecord, span: Span) -> Iterator[Charge]:
    """Return what the orders of an exit were charged in a span, each once."""
    intent, at = record.intent, record.filled_at or record.intent.updated_at
    if intent.filled_quantity > ZERO and span.holds(at):
        yield _charge(
            account_id=intent.account_id,
            at=at,
            symbol=intent.symbol,
            is_sale=True,
            fee=record.fee,
            asset=record.fee_asset,
            quantity=intent.filled_quantity,
            value=intent.cost,
            estimate=record.alert.fee_estimate if record.alert else None,
        )
    for late in record.late:
        if span.holds(late.filled_at):
            with exact():
                value = late.quantity * late.fill_price
            yield _charge(
                account_id=intent.account_id,
                at=late.filled_at,
                symbol=late.symbol,
                is_sale=True,
                fee=late.fee,
                asset=late.fee_asset or late.currency,
                quantity=late.quantity,
                value=value,
                estimate=late.fee_estimate,
            )


def charges_of_entry(intent: Intent, span: Span) -> Iterator[Charge]:
    """Return what a buy of NIJA's was charged in a span, with the fee that it was confirmed with."""
    if intent.filled_quantity <= ZERO or not span.holds(intent.updated_at):
        return
    terms = intent.trigger.entry if intent.trigger else None
    with exact():
        planned = None if terms is None or intent.cost is None else intent.cost * terms.taker
    charge = _charge(
        account_id=intent.account_id,
        at=intent.updated_at,
        symbol=intent.symbol,
        is_sale=False,
        fee=intent.fee,
        asset=intent.fee_asset or quote_of(intent.symbol),
        quantity=intent.filled_quantity,
        value=intent.cost,
        estimate=planned,
    )
    yield replace(charge, planned=planned)


def charge_of_fill(account_id: str, fill: Fill, *, taker: Decimal | None) -> Charge:
    """Return what a fill was charged; `taker` is what the account pays, for one that is not booked yet."""
    with exact():
        value = fill.quantity * fill.price
        estimate = None if taker is None else value * taker
    return _charge(
        account_id=account_id,
        at=fill.at,
        symbol=fill.symbol,
        # A coin that pays for another is sold as well.
        is_sale=fill.side is Side.SELL or not is_cash(fill.quote),
        fee=fill.fee,
        asset=fill.fee_asset,
        quantity=fill.quantity,
        value=value,
        estimate=estimate,
    )


def counted_orders(
    intent: Intent, steps: Sequence[IntentStep], late: Sequence[ExitFilled] = ()
) -> frozenset[str]:
    """Return the venue's ids of the orders whose fees are counted with an intent and what it was found to have filled later."""
    ids = {one.venue_order_id for one in late}
    if intent.filled_quantity <= ZERO:
        return frozenset(ids)
    named = (intent.venue_order_id, *(step.order_id for step in steps))
    return frozenset(ids.union(order_id for order_id in named if order_id is not None))


def _charge(
    *,
    account_id: str,
    at: datetime,
    symbol: str,
    is_sale: bool,
    fee: Decimal | None,
    asset: str,
    quantity: Decimal,
    value: Decimal | None,
    estimate: Decimal | None,
) -> Charge:
    """Return a fee in the pair's quote currency: what was taken in coins is worth what these traded for."""
    quote = quote_of(symbol) or asset
    currency = quote
    if fee is not None and asset != quote:
        if asset == base_of(symbol) and value is not None and quantity > ZERO:
            fee = fee * value / quantity
        else:
            currency = asset
    return Charge(
        account_id=account_id,
        at=at,
        symbol=symbol,
        is_sale=is_sale,
        currency=currency,
        fee=fee,
        estimate=estimate if fee is None else None,
        value=value if currency == quote else None,
    )


def add_up_fees(charges: Sequence[Charge]) -> tuple[FeeSum, ...]:
    """Return the sums of each currency."""
    return tuple(
        _sum(currency, [one for one in charges if one.currency == currency])
        for currency in sorted({one.currency for one in charges})
    )


def _sum(currency: str, charges: Sequence[Charge]) -> FeeSum:
    unbooked = [one.estimate for one in charges if one.fee is None]
    values = [one.value for one in charges if one.fee is not None]
    known = [one for one in values if one is not None]
    with exact():
        booked = sum((one.fee for one in charges if one.fee is not None), ZERO)
        value = sum(known, ZERO) if len(known) == len(values) else None
        estimated = sum((one for one in unbooked if one is not None), ZERO)
    return FeeSum(
        currency=currency,
        booked=booked,
        trades=len(charges),
        estimated=estimated,
        value=value,
        unbooked=len(unbooked),
        unknown=unbooked.count(None),
    )
