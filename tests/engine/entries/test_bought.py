from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.entries.bought import Bought, booked_before, bought_of, find_guard, guard_with
from engine.guards.guard import GuardSource, GuardState
from engine.model.venues import Venue
from engine.orders.states import IntentState
from tests.builders import NOW, an_exit_order
from tests.engine.entries.buys import a_buy
from tests.handlers.alert_examples import BOUGHT

COINS = st.decimals(min_value="0.0001", max_value=100, places=8)


def guarded(guard, before, after):
    return guard_with(guard, after, was=bought_of(before), now=bought_of(after), guard_id="g", at=NOW)


def test_nothing_is_bought_before_something_filled():
    assert bought_of(a_buy()) == Bought()
    assert guarded(None, a_buy(), a_buy()) is None


def test_what_filled_is_guarded_from_its_price_with_the_fee_apart():
    paid = a_buy(filled="0.1", cost="5010", fee=Decimal(20), fee_asset="USD")

    guard = guarded(None, a_buy(), paid)

    assert (guard.quantity, guard.cost, guard.currency) == (Decimal("0.1"), Decimal(5010), "USD")
    assert (guard.threshold, guard.target, guard.source, guard.state) == (
        Decimal("-0.01"),
        Decimal("0.012"),
        GuardSource.BOUGHT,
        GuardState.ARMED,
    )


@pytest.mark.parametrize(
    ("fee", "asset", "kept"),
    [
        pytest.param("0.00025", "BTC", "0.09975", id="charged in coins"),
        pytest.param(None, None, "0.09975", id="booked later, at the account's fee"),
    ],
)
def test_a_fee_that_is_taken_from_the_coins_is_not_guarded_and_moves_no_entry(fee, asset, kept):
    intent = a_buy(
        filled="0.1",
        cost="5000",
        venue=Venue.ALPACA,
        fee=None if fee is None else Decimal(fee),
        fee_asset=asset,
    )

    assert bought_of(intent) == Bought(quantity=Decimal(kept), cost=Decimal(kept) * 50_000)


def test_a_part_without_a_price_yet_counts_at_the_price_that_was_confirmed():
    assert bought_of(a_buy(filled="0.04")) == Bought(quantity=Decimal("0.04"), cost=Decimal(2000))


@pytest.mark.parametrize(
    ("cost", "state", "counted"),
    [
        ("2900", IntentState.PARTLY_FILLED, "2900"),
        ("3001", IntentState.PARTLY_FILLED, "2000"),
        ("1333", IntentState.PARTLY_FILLED, "2000"),
        ("3001", IntentState.FILLED, "3001"),
    ],
)
def test_a_cost_far_from_the_plan_counts_once_the_end_of_the_order_confirms_it(cost, state, counted):
    assert bought_of(a_buy(filled="0.04", cost=cost, state=state)).cost == Decimal(counted)


def test_the_next_part_enlarges_the_guard_and_corrects_what_the_first_was_thought_to_cost():
    nothing, part, whole = a_buy(), a_buy(filled="0.04"), a_buy(filled="0.1", cost="5010")

    first = guarded(None, nothing, part)
    both = guarded(first, part, whole)

    assert (first.quantity, first.cost) == (Decimal("0.04"), Decimal(2000))
    assert (both.guard_id, both.quantity, both.cost) == (first.guard_id, Decimal("0.1"), Decimal(5010))


def test_a_part_that_the_venue_takes_back_is_guarded_no_more():
    part = a_buy(filled="0.04")
    first = guarded(None, a_buy(), part)

    after = guarded(first, part, a_buy())

    assert (after.state, after.quantity) == (GuardState.CLOSED, 0)


def test_a_guard_that_was_there_keeps_its_own_threshold_and_target():
    own = replace(
        guarded(None, a_buy(), a_buy(filled="0.1", cost="5000")), target=None, threshold=Decimal("-0.02")
    )

    both = guarded(own, a_buy(), a_buy(filled="0.1", cost="5100"))

    assert (both.threshold, both.target) == (Decimal("-0.02"), None)


def test_what_was_guarded_from_the_price_of_a_day_remembers_what_both_cost():
    known = replace(guarded(None, a_buy(), a_buy(filled="0.1", cost="5000")), paid=Decimal(4000))

    both = guarded(known, a_buy(), a_buy(filled="0.1", cost="5100"))

    assert (both.cost, both.paid) == (Decimal(10_100), Decimal(9100))


@given(COINS, COINS)
def test_however_it_fills_its_guard_ends_as_if_it_had_filled_at_once(first, second):
    nothing, part = a_buy(), a_buy(filled=first)
    whole = a_buy(filled=first + second, cost=(first + second) * 49_900)

    in_parts = guarded(guarded(None, nothing, part), part, whole)
    at_once = guarded(None, nothing, whole)

    assert (in_parts.quantity, in_parts.cost) == (at_once.quantity, at_once.cost)


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        ({}, True),
        ({"state": GuardState.PAUSED}, False),
        ({"state": GuardState.CLOSING}, False),
        ({"currency": "USDT"}, False),
        ({"account_id": "other"}, False),
        ({"asset": "ETH"}, False),
    ],
)
def test_only_a_guard_that_watches_the_same_position_in_the_same_currency_covers_it(change, covers):
    guard = guarded(None, a_buy(), a_buy(filled="0.1", cost="5000"))
    other = replace(guard, **change)

    assert find_guard([other], a_buy().position, "USD") == (other if covers else None)


def told(quantity, order_id="O-1"):
    return replace(BOUGHT, quantity=Decimal(quantity), fill_price=Decimal(50_000), venue_order_id=order_id)


@pytest.mark.parametrize(
    ("messages", "quantity", "cost"),
    [
        pytest.param([], "0.06", "3000", id="by its end alone"),
        pytest.param([told("0.06")], "0.06", "3000", id="told with its end"),
        pytest.param([told("0.06"), told("0.09"), told("0.07")], "0.09", "4500", id="told since"),
        pytest.param([told("0.09", "O-2")], "0.06", "3000", id="told of another order"),
    ],
)
def test_what_is_booked_of_an_order_is_the_most_that_was_told_of_it(messages, quantity, cost):
    ended = a_buy(filled="0.06", cost="3000", state=IntentState.FILLED, venue_order_id="O-1")

    before = booked_before(ended, replace(an_exit_order(), venue_order_id="O-1"), messages)

    assert (before.filled_quantity, before.cost) == (Decimal(quantity), Decimal(cost))


@pytest.mark.parametrize(("state", "order_id"), [(IntentState.REFUSED, "O-1"), (IntentState.FILLED, "O-2")])
def test_nothing_is_booked_of_an_order_that_its_buy_did_not_end_with(state, order_id):
    ended = a_buy(filled="0.06", cost="3000", state=state, venue_order_id=order_id)

    assert booked_before(ended, replace(an_exit_order(), venue_order_id="O-1"), []).filled_quantity == 0
