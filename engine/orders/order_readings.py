"""A venue's answers about one order, and when they may be acted on: an answer may be old or wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Order, OrderStatus, quantity_of, value_of

#: Kraken may close a market order one unit of its last digit short.
ROUNDING = Decimal("1E-8")

#: A final answer that falls short counts when one so much later agrees.
AGREES_AFTER_S = 2.0
#: The same for one in which nothing was filled: a market order hardly ever ends so.
NO_FILL_AGREES_AFTER_S = 5.0
#: The same for one with less than the venue itself, or its trades, showed before.
LOWER_AGREES_AFTER_S = 15.0


#: A fill price by so much above or below the trigger is not believed without the order's trades.
ODD_FACTOR = Decimal("1.5")
#: Venues round an order's value; where it differs by more from that of its trades, the trades are right.
COST_TOLERANCE = Decimal("0.01")

#: An order that is not reported as over for so long has its trades requested: its row may stand still.
STANDS_STILL_S = 2.0
#: Between two questions for them while they report less than was sent: they cost a key points.
TRADES_AGAIN_S = 10.0


#: An order that its venue does not know for so long, as one just accepted may not be for a moment, is looked up by our
#: id: it may stand under another one, or nowhere.
NOT_KNOWN_AFTER_S = 10.0


class ReadingVerdict(StrEnum):
    """What may be made of the last answer."""

    #: It may still fill.
    OPEN = "open"
    #: Final, but contradicted or not confirmed yet: nothing is sent again and nothing ended on it.
    UNCONFIRMED = "unconfirmed"
    #: Final, and either complete or the same for long enough: fills are booked by it.
    CONFIRMED = "confirmed"
    #: The venue does not know the order it accepted: what became of the request is as open as after a lost answer.
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReadings:
    """All answers about one order so far; each moves it on."""

    #: How much was sent.
    sent: Decimal
    #: The most that was filled by any answer or our own journal.
    most_filled: Decimal = ZERO
    #: What the final answers in a row agree on, and since when, by a clock nobody sets.
    short: tuple[Decimal, float] | None = None
    #: Since when the venue does not know it, by the same clock; None after any other answer.
    not_known_since: float | None = None


def falls_short(order: Order, sent: Decimal) -> bool:
    """Return whether an order is final with less, or more, filled than was sent."""
    return order.status.is_final and not _is_all(order.filled_quantity, sent)


def needs_trades(order: Order, sent: Decimal) -> bool:
    """Return whether an order is final and does not itself show all of what was filled."""
    if not order.status.is_final:
        return False
    # A fee without its currency is one that the venue books later.
    lacks_fee = order.fee is None and order.fee_asset is not None
    return falls_short(order, sent) or not _is_priced(order) or lacks_fee


def is_price_odd(order: Order, trigger_price: Decimal) -> bool:
    """Return whether the price an order reports is so far from its trigger that its trades must confirm it."""
    price = order.average_price
    return price is not None and is_cost_odd(price, trigger_price)


def is_cost_odd(reported: Decimal, expected: Decimal) -> bool:
    """Return whether a price, or what so much costs, is too far from what was expected to be believed by itself."""
    if not expected:
        return False
    with exact():
        return not expected / ODD_FACTOR <= reported <= expected * ODD_FACTOR


def is_all_traded(fills: Sequence[Fill] | None, sent: Decimal) -> bool:
    """Return whether an order's trades report everything that was sent."""
    return fills is not None and _is_all(quantity_of(fills), sent)


def weigh(
    readings: OrderReadings, order: Order, *, traded: Decimal | None, now_s: float
) -> tuple[OrderReadings, ReadingVerdict]:
    """Take one more answer into account and decide what may be made of it.

    `traded` is what the order's trades add up to; None when they are not known. Trades may be reported late, so
    fewer of them prove nothing; those that are reported happened.
    """
    readings = replace(readings, not_known_since=None)
    filled = order.filled_quantity
    most = max(readings.most_filled, filled, traded or ZERO)
    if not order.status.is_final:
        if traded is None or not _is_all(traded, readings.sent):
            # Whatever was final before was not.
            return replace(readings, most_filled=most, short=None), ReadingVerdict.OPEN
        # All of it happened, whatever the row goes on saying; but not on one answer alone.
        since_s = readings.short[1] if readings.short and readings.short[0] == traded else now_s
        after = replace(readings, most_filled=most, short=(traded, since_s))
        return after, ReadingVerdict.CONFIRMED if now_s - since_s >= AGREES_AFTER_S else ReadingVerdict.OPEN
    if _is_all(filled, readings.sent) or (traded is not None and _is_all(traded, readings.sent)):
        return replace(readings, most_filled=most, short=None), ReadingVerdict.CONFIRMED
    # Trades that agree confirm nothing: they may be as old as the answer.
    counted = max(filled, traded or ZERO)
    since_s = readings.short[1] if readings.short and readings.short[0] == counted else now_s
    after = replace(readings, most_filled=most, short=(counted, since_s))
    agrees_after_s = AGREES_AFTER_S if most else NO_FILL_AGREES_AFTER_S
    if filled < most:
        agrees_after_s = LOWER_AGREES_AFTER_S
    return (
        after,
        ReadingVerdict.CONFIRMED if now_s - since_s >= agrees_after_s else ReadingVerdict.UNCONFIRMED,
    )


def weigh_not_known(
    readings: OrderReadings, *, traded: Decimal | None, now_s: float
) -> tuple[OrderReadings, ReadingVerdict]:
    """Take into account that the venue does not know the order; what has filled of it says that it is there."""
    since_s = now_s if readings.not_known_since is None else readings.not_known_since
    after = replace(readings, not_known_since=since_s)
    lasts = now_s - since_s >= NOT_KNOWN_AFTER_S
    return after, ReadingVerdict.NOT_KNOWN if lasts and not (
        readings.most_filled or traded
    ) else ReadingVerdict.OPEN


def why_unconfirmed(readings: OrderReadings, order: Order, *, traded: Decimal | None) -> str:
    """Return what is the matter with a final answer that falls short and may not be acted on yet."""
    filled = order.filled_quantity
    if not readings.most_filled:
        return "without any fill, which a market order hardly ever is"
    summary = f"with {filled:f} filled, {'less' if filled < readings.sent else 'more'} than was sent"
    if filled < readings.most_filled:
        return f"{summary}, although it or its trades told of {readings.most_filled:f}"
    if traded is None:
        return f"{summary}, and its trades are not known"
    return f"{summary}, and its trades tell of " + ("no more yet" if traded == filled else f"{traded:f} yet")


def with_trade_totals(order: Order, fills: Sequence[Fill], sent: Decimal) -> Order:
    """Return the order with the totals of its trades where those are more than its own."""
    traded, filled = quantity_of(fills), order.filled_quantity
    with exact():
        if traded > filled or (_is_all(traded, sent) and not _is_all(filled, sent)):
            return _of_trades(order, fills)
        if not fills or traded != filled:
            return order
        summary = _of_trades(order, fills)
        return replace(
            order,
            status=summary.status,
            cost=order.cost if _is_priced(order) and _agree(order.cost, summary.cost) else summary.cost,
            fee=order.fee if order.fee is not None else summary.fee,
            fee_asset=order.fee_asset if order.fee is not None else summary.fee_asset,
            fills=summary.fills,
        )


def _of_trades(order: Order, fills: Sequence[Fill]) -> Order:
    traded = quantity_of(fills)
    fees = [fill.fee for fill in fills]
    fee_assets = {fill.fee_asset for fill in fills}
    is_one_fee = None not in fees and len(fee_assets) == 1
    with exact():
        return replace(
            order,
            status=OrderStatus.FILLED if traded >= order.quantity else order.status,
            filled_quantity=traded,
            cost=value_of(fills),
            fee=sum((fee for fee in fees if fee is not None), ZERO) if is_one_fee else None,
            fee_asset=fee_assets.pop() if is_one_fee else None,
            fills=tuple(fills),
        )


def _agree(cost: Decimal | None, of_trades: Decimal | None) -> bool:
    if cost is None or of_trades is None:
        return False
    with exact():
        return abs(cost - of_trades) <= of_trades * COST_TOLERANCE


def _is_priced(order: Order) -> bool:
    return order.cost is not None and order.cost > ZERO


def _is_all(filled: Decimal, sent: Decimal) -> bool:
    with exact():
        return filled > ZERO and abs(sent - filled) <= ROUNDING
