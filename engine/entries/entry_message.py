"""Pure: what the owner reads of a buy that is over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.alerts.messages import EntryEnd, EntryFilled, EntryGivenUp, EntryPending
from engine.guards.guard import Guard
from engine.model.instruments import Instrument, quote_of
from engine.model.money import ZERO, exact
from engine.model.orders import Order
from engine.orders.intents import EntryTerms, Intent, IntentStep, Trigger
from engine.orders.lookup import may_be_owners, was_looked_up
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause
from engine.orders.too_small import price_of_a_unit
from engine.orders.unproven import orders_of_attempts

_NOT_PROVEN = frozenset(
    {
        StepCause.NOT_SOLD_UNREAD,
        StepCause.MAY_BE_ANOTHERS,
        StepCause.MAY_BE_ANOTHERS_UNTOUCHED,
        StepCause.LISTED_NOWHERE_MOVED,
        StepCause.LISTED_NOWHERE_GONE,
    }
)


def describe_filled(
    intent: Intent,
    order: Order,
    guard: Guard | None,
    steps: Sequence[IntentStep],
    *,
    instrument: Instrument | None,
    found_later: bool,
    ahead: timedelta,
    heard_at: datetime,
) -> EntryFilled:
    """Build the alert from the venue's own order; `guard` is as it is after the fill, `instrument` what it is sold as.

    `heard_at` is for a venue that does not date its fills, and `ahead` is how far its clock is ahead of ours.

    Raises:
        ValueError: the intent has no terms or the order no fill.

    """
    (trigger, terms), price = _confirmed(intent), order.average_price
    if price is None:
        message = f"order {order.venue_order_id} has no fill to tell of"
        raise ValueError(message)
    at = wall_time.latest(fill.at for fill in order.fills) or order.closed_at
    return EntryFilled(
        venue=intent.venue,
        symbol=order.symbol,
        quantity=order.filled_quantity,
        ordered=intent.quantity,
        fill_price=price,
        currency=quote_of(order.symbol),
        fee=order.fee,
        fee_asset=order.fee_asset,
        fee_estimate=_estimated_fee(order, terms),
        expected_price=trigger.price,
        usd=terms.usd,
        stop=guard.threshold if guard else trigger.threshold,
        target=guard.target if guard else terms.target,
        guarded=guard.quantity if guard else None,
        too_small=_why_too_small(guard, instrument, price),
        confirmed_at=trigger.at,
        filled_at=(at and wall_time.latest((at - ahead, trigger.at))) or heard_at,
        venue_order_id=order.venue_order_id,
        client_order_id=intent.client_order_id,
        found_later=found_later or was_looked_up(steps),
        may_be_owners=may_be_owners(order.venue_order_id, steps),
    )


def describe_late(
    arrived: Intent,
    order: Order,
    guard: Guard | None,
    steps: Sequence[IntentStep],
    *,
    before: Intent,
    instrument: Instrument | None,
    heard_at: datetime,
) -> EntryFilled:
    """Build the alert of an order that filled behind its buy's end, of which `before` is what was booked already.

    Raises:
        ValueError: the intent has no terms or the order no fill.

    """
    message = describe_filled(
        arrived,
        order,
        guard,
        steps,
        instrument=instrument,
        found_later=True,
        ahead=timedelta(0),
        heard_at=heard_at,
    )
    was_reported = order.venue_order_id in orders_of_attempts(arrived.venue, steps)
    return replace(message, is_rest=was_reported or before.filled_quantity > ZERO)


def describe_given_up(intent: Intent, steps: Sequence[IntentStep]) -> EntryGivenUp:
    """Build the alert of a buy that came to nothing, with why its last attempt ended.

    Raises:
        ValueError: the intent has no terms.

    """
    trigger, terms = _confirmed(intent)
    ended = [step for step in steps if step.to_state is IntentState.PLANNED and step.from_state is not None]
    last = ended[-1] if ended else None
    why = EntryEnd.NEVER_ARRIVED if last is None else _why(last)
    return EntryGivenUp(
        venue=intent.venue,
        symbol=intent.symbol,
        usd=terms.usd,
        why=why,
        detail=last.detail if last is not None and why is EntryEnd.REFUSED else "",
        client_order_id=_sent_id(intent, steps),
        confirmed_at=trigger.at,
    )


def describe_pending(intent: Intent) -> EntryPending:
    """Build the alert of a buy that is not over for long.

    Raises:
        ValueError: the intent has no terms.

    """
    trigger, terms = _confirmed(intent)
    return EntryPending(
        venue=intent.venue,
        symbol=intent.symbol,
        usd=terms.usd,
        is_accepted=intent.venue_order_id is not None,
        order_id=intent.venue_order_id or intent.client_order_id,
        confirmed_at=trigger.at,
    )


def _confirmed(intent: Intent) -> tuple[Trigger, EntryTerms]:
    trigger = intent.trigger
    if trigger is None or trigger.entry is None:
        message = f"intent {intent.intent_id} has no terms to tell of"
        raise ValueError(message)
    return trigger, trigger.entry


def _why(step: IntentStep) -> EntryEnd:
    if step.cause == StepCause.PROVEN_ABSENT:
        return EntryEnd.NEVER_ARRIVED
    if step.cause in _NOT_PROVEN:
        return EntryEnd.NOT_FOUND
    return EntryEnd.UNFILLED if step.cause == StepCause.CLOSED_UNFILLED else EntryEnd.REFUSED


def _sent_id(intent: Intent, steps: Sequence[IntentStep]) -> str:
    """Return the id that its last request carried; the next attempt's was never sent."""
    sent = sum(step.to_state is IntentState.SENT and step.note is None for step in steps)
    return intent.as_attempt(min(intent.attempt, max(sent, 1))).client_order_id


def _why_too_small(guard: Guard | None, instrument: Instrument | None, price: Decimal) -> str:
    if guard is None or instrument is None:
        return ""
    unit = price_of_a_unit(price=price, entry=guard.entry)
    return instrument.why_too_small_to_sell(guard.quantity, unit) or ""


def _estimated_fee(order: Order, terms: EntryTerms) -> Decimal | None:
    if order.fee is not None or order.cost is None:
        return None
    with exact():
        return order.cost * terms.taker
