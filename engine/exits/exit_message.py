"""Pure: what the owner reads of an exit that filled."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.alerts.messages import ExitFilled
from engine.exits.exit_quantity import Dust, DustKind
from engine.exits.result import Results, Traded, results_of_exit
from engine.guards.guard import Guard
from engine.model.delays import HeldUp
from engine.model.holdings import Direction
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.model.orders import CancelledOrder, Order
from engine.orders.intents import Intent, Trigger
from engine.orders.order_readings import falls_short


def describe_exit(
    intent: Intent,
    guard: Guard,
    order: Order,
    *,
    cancelled: tuple[CancelledOrder, ...],
    dust: Dust | None,
    found_later: bool,
    may_be_owners: bool = False,
    heard_at: datetime,
    rate: Decimal | None,
    ahead: timedelta = timedelta(0),
    taker: Decimal | None = None,
    held_up: HeldUp | None = None,
) -> ExitFilled:
    """Build the liquidation alert from the venue's own order; `guard` is as it was before the fill.

    `heard_at` is for a venue that does not date its fills, and `ahead` is how far its clock is ahead of ours.
    `rate` is what one unit of the money it brought is worth in the guard's own; None is unknown.
    `taker` is what the account pays, to estimate a fee that is not booked yet.

    Raises:
        ValueError: the intent has no trigger or the order no fill.

    """
    trigger, price = intent.trigger, order.average_price
    if trigger is None or price is None:
        message = f"intent {intent.intent_id} has no trigger or no fill to tell of"
        raise ValueError(message)
    return replace(
        _describe_sale(intent, guard, order, trigger=trigger, price=price, rate=rate),
        fee_estimate=_estimated_fee(order, taker),
        cancelled=cancelled,
        left_over=dust.quantity if dust else ZERO,
        left_over_why=dust.why if dust else "",
        filled_at=_filled_at(order, ahead, triggered_at=trigger.at) or heard_at,
        found_later=found_later,
        may_be_owners=may_be_owners,
        held_up=held_up,
    )


def name_rest(rest: Guard, dust: Dust | None, *, intent: Intent, order: Order, has_closed: bool) -> Dust:
    """Return what is reported as not sold where a part stays guarded; `has_closed` is the market of a stock."""
    done = "sold" if rest.direction is Direction.LONG else "bought back"
    if has_closed:
        why = "the stock market has closed; it stays guarded and is watched again when that opens"
    else:
        next_while = "its target is reached" if intent.is_profit else "past its threshold"
        why = f"{_why_short(intent, order, rest)}; it stays guarded and is {done} next while {next_while}"
    if dust is None:
        return Dust(rest.quantity, why)
    if dust.kind is DustKind.UNCONFIRMED:
        # What is gone by one reading alone is still guarded, so it is a part of the rest.
        is_all = dust.quantity >= rest.quantity
        return (
            dust if is_all else Dust(rest.quantity, f"{why}; {dust.quantity.normalize():f} of it: {dust.why}")
        )
    with exact():
        return Dust(
            rest.quantity + dust.quantity,
            f"{rest.quantity.normalize():f}: {why}; {dust.quantity.normalize():f} {dust.why}",
        )


def _why_short(intent: Intent, order: Order, rest: Guard) -> str:
    if order.symbol != rest.symbol:
        return f"{order.symbol} took no more"
    if falls_short(order, intent.quantity):
        filled, sent = order.filled_quantity.normalize(), intent.quantity.normalize()
        return f"the order ended at {intent.venue.label} with {filled:f} of {sent:f} filled"
    return "no more of it was free"


def _describe_sale(
    intent: Intent, guard: Guard, order: Order, *, trigger: Trigger, price: Decimal, rate: Decimal | None
) -> ExitFilled:
    """Return what was sold and what it brought."""
    # The order shows what was sold: a sale may go through another pair than its guard's.
    currency = quote_of(order.symbol)
    brought = _results(guard, order, trigger, currency=currency, rate=rate)
    return ExitFilled(
        venue=intent.venue,
        symbol=order.symbol,
        instead_of="" if order.symbol == guard.symbol else guard.symbol,
        rate=rate,
        direction=guard.direction,
        trigger_ratio=trigger.ratio,
        threshold=trigger.threshold,
        target=trigger.target,
        stop=trigger.stop,
        trigger_price=trigger.price,
        quantity=order.filled_quantity,
        fill_price=price,
        currency=currency,
        fee=order.fee,
        fee_asset=order.fee_asset,
        realised=brought.realised,
        entry=brought.entry,
        against_guard=brought.against_guard,
        before_fee=brought.before_fee,
        entry_known=brought.entry is not None,
        triggered_at=trigger.at,
        filled_at=trigger.at,
        venue_order_id=order.venue_order_id,
        client_order_id=intent.client_order_id,
        manual=trigger.manual is not None,
        unseen=trigger.unseen,
    )


def _filled_at(order: Order, ahead: timedelta, *, triggered_at: datetime) -> datetime | None:
    """Return when a venue filled an order, on our clock; what it dated to the second was never before its trigger."""
    at = wall_time.latest(fill.at for fill in order.fills) or order.closed_at
    return wall_time.latest((at - ahead, triggered_at)) if at else None


def _estimated_fee(order: Order, taker: Decimal | None) -> Decimal | None:
    if order.fee is not None or order.cost is None or taker is None:
        return None
    with exact():
        return order.cost * taker


def _results(guard: Guard, order: Order, trigger: Trigger, *, currency: str, rate: Decimal | None) -> Results:
    traded = Traded(
        quantity=order.filled_quantity,
        value=order.cost,
        is_sale=guard.direction is Direction.LONG,
        currency=currency,
        fee=order.fee,
        fee_asset=order.fee_asset,
        rate=rate,
    )
    return results_of_exit(traded, trigger)
