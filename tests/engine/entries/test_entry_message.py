from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import EntryEnd
from engine.entries.bought import bought_of, guard_with
from engine.entries.entry_message import describe_filled, describe_given_up
from engine.model.orders import Order, OrderStatus, VenueOrderId
from engine.orders.intents import IntentStep
from engine.orders.states import IntentState, client_order_id
from engine.orders.step_cause import StepCause, cause_of
from tests.builders import NOW, an_instrument
from tests.engine.entries.buys import a_buy

ID = "intent-1"


def a_step(was, now, cause, *, seq=1, detail=""):
    return IntentStep(
        intent_id=ID,
        user_id=1,
        account_id="kraken-1",
        seq=seq,
        at=NOW,
        from_state=was,
        to_state=now,
        cause=cause_of(cause),
        detail=detail,
    )


BEGUN = (
    a_step(None, IntentState.PLANNED, "confirmed"),
    a_step(IntentState.PLANNED, IntentState.SENT, StepCause.SEND, seq=2),
)


@pytest.mark.parametrize(
    ("was", "cause", "why"),
    [
        (IntentState.UNKNOWN, StepCause.PROVEN_ABSENT, EntryEnd.NEVER_ARRIVED),
        (IntentState.UNKNOWN, "proven absent, same id", EntryEnd.NEVER_ARRIVED),
        (IntentState.UNKNOWN, StepCause.LISTED_NOWHERE_MOVED, EntryEnd.NOT_FOUND),
        (IntentState.UNKNOWN, StepCause.MAY_BE_ANOTHERS, EntryEnd.NOT_FOUND),
        (IntentState.SENT, "refused", EntryEnd.REFUSED),
        (IntentState.ACCEPTED, StepCause.CLOSED_UNFILLED, EntryEnd.UNFILLED),
    ],
)
def test_why_nothing_was_bought_is_read_from_the_last_end_of_an_attempt(was, cause, why):
    ended = a_step(was, IntentState.PLANNED, cause, seq=3, detail="its own message")
    intent = a_buy(state=IntentState.PLANNED, intent_id=ID, attempt=2)

    told = describe_given_up(intent, (*BEGUN, ended))

    assert (told.why, told.usd, told.client_order_id) == (why, Decimal(5050), client_order_id(ID, 1))
    assert told.detail == ("its own message" if why is EntryEnd.REFUSED else "")


def an_order(**changes):
    values = {
        "venue_order_id": VenueOrderId("O-1"),
        "client_order_id": None,
        "symbol": "BTC/USD",
        "side": a_buy().side,
        "status": OrderStatus.FILLED,
        "quantity": Decimal("0.1"),
        "filled_quantity": Decimal("0.1"),
        "cost": Decimal(5010),
        "fee": None,
        "fee_asset": None,
        "closed_at": NOW + timedelta(seconds=3),
    }
    return Order(**values | changes)


def described(order=None, **changes):
    after = a_buy(filled="0.1", cost="5010")
    guard = guard_with(None, after, was=bought_of(a_buy()), now=bought_of(after), guard_id="g", at=NOW)
    options = {
        "instrument": None,
        "found_later": False,
        "ahead": timedelta(seconds=1),
        "heard_at": NOW + timedelta(minutes=1),
    }
    return describe_filled(a_buy(), order or an_order(), guard, BEGUN, **options | changes)


def test_a_fill_is_told_at_its_own_price_beside_the_one_that_was_confirmed():
    told = described()

    assert (told.fill_price, told.expected_price) == (Decimal(50_100), Decimal(50_000))
    assert (told.stop, told.target, told.guarded) == (Decimal("-0.01"), Decimal("0.012"), Decimal("0.1"))
    assert told.fee_estimate == Decimal(5010) * Decimal("0.0025")


def test_its_time_is_the_venues_on_our_clock_and_never_before_it_was_confirmed():
    assert described().filled_at == NOW + timedelta(seconds=2)
    assert described(an_order(closed_at=NOW - timedelta(seconds=5))).filled_at == NOW
    assert described(an_order(closed_at=None)).filled_at == NOW + timedelta(minutes=1)


def test_a_buy_that_was_looked_up_says_so():
    found = a_step(IntentState.UNKNOWN, IntentState.ACCEPTED, StepCause.FOUND, seq=3)
    intent = replace(a_buy(), venue_order_id=VenueOrderId("O-1"))

    told = describe_filled(
        intent,
        an_order(),
        None,
        (*BEGUN, found),
        instrument=None,
        found_later=False,
        ahead=timedelta(0),
        heard_at=NOW,
    )

    assert (told.found_later, told.guarded) == (True, None)


@pytest.mark.parametrize(
    ("instrument", "why"),
    [
        (an_instrument(minimum_quantity="0.1"), ""),
        (an_instrument(minimum_quantity="0.2"), "the venue sells at least 0.2 BTC"),
        (an_instrument(minimum_notional="5010"), ""),
        (an_instrument(minimum_notional="5011"), "the venue sells at least 5011 USD worth"),
        (None, ""),
    ],
)
def test_what_its_guard_covers_may_be_too_little_to_be_sold(instrument, why):
    assert described(instrument=instrument).too_small == why
