"""Pure: which trades that are surely not an attempt's own explain how a balance moved since it was sent."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Side
from engine.orders.balance_verdict import (
    NO_MOVEMENT,
    BalanceState,
    Movement,
    SendBasis,
    is_cash_explained,
    is_explained,
)
from engine.orders.intents import Intent

#: A balance may show a trade so much before or after its time.
SHOWN_WITHIN = timedelta(minutes=1)
#: What was traded so long before the first attempt left is none of its own, however the two times were taken.
BEFORE_IT_LEFT = timedelta(seconds=10)
#: Venues round what they book; relative to what was traded.
_ROUNDING = Decimal("1E-5")


def explain_movement(
    intent: Intent,
    basis: SendBasis,
    now: BalanceState,
    fills: Iterable[Fill],
    *,
    others: Collection[str],
    later: Collection[str] = (),
    left_at: datetime | None = None,
) -> Movement:
    """Return what the latest trades changed, if they explain all that did, or all of the money.

    Otherwise return what was certainly traded since the reading: the unexplained rest was moved beside that. It is not
    known which of the trades the attempt's reading shows already, so each number of the latest ones is tried.
    `others` are the venue's ids of known orders of other intents, `later` those of them that left after that reading.
    `left_at` is when the intent's first attempt left, on the venue's clock: whoever traded before that, it was another.
    """
    fills = tuple(_once(fills))
    others = {*others, *_of_before(fills, left_at)}
    latest = wall_time.newest_first(fills, lambda fill: fill.at)
    lately = [fill for fill in latest if not wall_time.is_before(fill.at + SHOWN_WITHIN, basis.at)]
    movements = tuple(_movements(intent, basis.currency, lately, others, later))
    certain = [fill for fill in lately if fill.venue_order_id in later]
    *_, traded_since = (NO_MOVEMENT, *_movements(intent, basis.currency, certain, others, later))
    explaining = (known for known in movements if is_explained(basis.position, now, known))
    paying = (known for known in movements if is_cash_explained(basis.position, now, known))
    return next(explaining, None) or next(paying, traded_since)


def sold_by_others(
    intent: Intent, basis: SendBasis, fills: Iterable[Fill], *, own: Collection[str]
) -> Decimal:
    """Return how much other orders than an intent's own sold of its asset since the reading it was based on, at the most."""
    lately = (fill for fill in _once(fills) if not wall_time.is_before(fill.at + SHOWN_WITHIN, basis.at))
    with exact():
        return sum(
            (
                fill.quantity
                for fill in lately
                if fill.base == intent.asset and fill.side is Side.SELL and fill.venue_order_id not in own
            ),
            ZERO,
        )


def _of_before(fills: Iterable[Fill], left_at: datetime | None) -> Iterator[str]:
    """Return the orders that traded before an intent's first attempt can have left."""
    if left_at is not None:
        for fill in fills:
            if fill.venue_order_id and wall_time.is_before(fill.at + BEFORE_IT_LEFT, left_at):
                yield fill.venue_order_id


def _once(fills: Iterable[Fill]) -> Iterable[Fill]:
    # Pages may overlap.
    return {fill.trade_id: fill for fill in fills}.values()


def _movements(
    intent: Intent, currency: str, fills: Iterable[Fill], others: Collection[str], later: Collection[str]
) -> Iterator[Movement]:
    total = NO_MOVEMENT
    for fill in fills:
        moved = _movement(intent, currency, fill, is_other=fill.venue_order_id in others)
        if moved is None:
            return
        with exact():
            total = Movement(
                owned=total.owned + moved.owned,
                cash=total.cash + moved.cash,
                owned_rounding=total.owned_rounding + abs(moved.owned) * _ROUNDING,
                cash_rounding=total.cash_rounding + abs(moved.cash) * _ROUNDING,
                is_certain=total.is_certain and fill.venue_order_id in later,
            )
        yield total


def _movement(intent: Intent, currency: str, fill: Fill, *, is_other: bool) -> Movement | None:
    """Return what one trade changed; None when it may be the attempt's own, or does not show all."""
    if fill.margin or intent.reduce_only or fill.fee is None:
        return None
    if fill.base == intent.asset and fill.side is intent.side and not is_other:
        return None
    with exact():
        changes = dict.fromkeys((intent.asset, currency, fill.base, fill.quote, fill.fee_asset), ZERO)
        sign = 1 if fill.side is Side.BUY else -1
        changes[fill.base] += sign * fill.quantity
        changes[fill.quote] -= sign * fill.quantity * fill.price
        changes[fill.fee_asset] -= fill.fee
    return Movement(owned=changes[intent.asset], cash=changes[currency])
