"""Pure: what a buy has brought so far, and the guard of its position with it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from engine.accounts.cost_basis import share
from engine.alerts.messages import EntryFilled
from engine.brokers.venue_rules import VENUE_RULES
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.model.holdings import Direction, PositionKey
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact, floor_to
from engine.model.orders import Order
from engine.orders.intents import Intent
from engine.orders.order_readings import is_cost_odd
from engine.orders.states import IntentState

#: A fee that is taken from the coins and booked later is counted up to this step, so that no guard covers more than is there.
_FEE_STEP = Decimal("1e-9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What a buy has brought, and what that cost, its fee apart."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO


def bought_of(intent: Intent) -> Bought:
    """Return what an intent's order has brought by its totals.

    What it cost is as planned while that is not reported, or is far from it and not confirmed by the order's end: a
    guard that counts from a wrong cost would sell at once.
    """
    filled, cost = intent.filled_quantity, intent.cost
    if filled <= ZERO:
        return Bought()
    with exact():
        planned = filled * intent.trigger_price
        if cost is None or (not intent.state.is_final and is_cost_odd(cost, planned)):
            cost = planned
        kept = filled - _fee_in_coins(intent)
    return Bought(quantity=kept, cost=share(cost, kept, filled))


def booked_before(intent: Intent, order: Order, reported: Iterable[object]) -> Intent:
    """Return an intent that is over with what is booked of one of its orders, by its end and by what its owner was told since."""
    booked = intent if intent.state is IntentState.FILLED else None
    if booked is None or intent.venue_order_id != order.venue_order_id:
        booked = replace(intent, filled_quantity=ZERO)
    for one in reported:
        if not isinstance(one, EntryFilled) or one.venue_order_id != order.venue_order_id:
            continue
        # Each tells an order's totals, so that the most is all.
        if one.quantity > booked.filled_quantity:
            with exact():
                cost = one.quantity * one.fill_price
            booked = replace(
                booked, filled_quantity=one.quantity, cost=cost, fee=one.fee, fee_asset=one.fee_asset
            )
    return booked


def find_guard(guards: Iterable[Guard], position: PositionKey, currency: str) -> Guard | None:
    """Return the guard that covers what is bought of a position as well; None where it takes a new one.

    A paused one waits for its owner's answer, one that is being sold is sold as it was, and one in another currency
    counts from another cost.
    """
    return next(
        (
            one
            for one in guards
            if one.key == position and one.state is GuardState.ARMED and one.currency == currency
        ),
        None,
    )


def guard_with(
    guard: Guard | None, intent: Intent, *, was: Bought, now: Bought, guard_id: str, at: datetime
) -> Guard | None:
    """Return the guard of a position that also covers what came since; None where nothing is to be guarded.

    One that was there keeps its threshold and target, which count for all of it.
    """
    with exact():
        quantity, cost = now.quantity - was.quantity, now.cost - was.cost
    if guard is not None:
        return _added(guard, quantity, cost)
    if quantity <= ZERO or cost <= ZERO:
        return None
    return _new_guard(intent, Bought(quantity=quantity, cost=cost), guard_id=guard_id, at=at)


def _added(guard: Guard, quantity: Decimal, cost: Decimal) -> Guard:
    with exact():
        whole, worth = guard.quantity + quantity, guard.cost + cost
        if whole <= ZERO or worth <= ZERO:
            # What was reported and taken back was all of it.
            return guard.with_quantity(ZERO)
        paid = None if guard.paid is None else guard.paid + cost
    return replace(guard, quantity=whole, cost=worth, paid=paid)


def _new_guard(intent: Intent, bought: Bought, *, guard_id: str, at: datetime) -> Guard:
    trigger = intent.trigger
    if trigger is None:
        message = f"intent {intent.intent_id} has no threshold to guard with"
        raise ValueError(message)
    return Guard(
        guard_id=guard_id,
        user_id=intent.user_id,
        account_id=intent.account_id,
        venue=intent.venue,
        kind=intent.position.kind,
        direction=Direction.LONG,
        asset=intent.asset,
        symbol=intent.symbol,
        quantity=bought.quantity,
        cost=bought.cost,
        currency=quote_of(intent.symbol),
        threshold=trigger.threshold,
        target=trigger.entry.target if trigger.entry else None,
        source=GuardSource.BOUGHT,
        created_at=at,
    )


def _fee_in_coins(intent: Intent) -> Decimal:
    if intent.fee is not None:
        return intent.fee if intent.fee_asset == intent.asset else ZERO
    terms = intent.trigger.entry if intent.trigger else None
    if terms is None or not VENUE_RULES[intent.venue].takes_coins:
        return ZERO
    return -floor_to(-intent.filled_quantity * terms.taker, _FEE_STEP)
