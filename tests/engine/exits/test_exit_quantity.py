from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.exits.exit_quantity import (
    SOLD_EXTERNALLY,
    UNCONFIRMED,
    Dust,
    DustKind,
    ExitQuantity,
    Sell,
    plan_sale,
    reduce_guard,
    vanished,
)
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.money import exact
from tests.builders import a_guard, an_exit_order, an_instrument, number

BTC = an_instrument(lot="0.001", minimum_quantity="0.01", minimum_notional="5")


@pytest.mark.parametrize(
    ("guarded", "there", "sold"),
    [
        pytest.param("0.5", "2", "0.5", id="no more than is guarded"),
        pytest.param("2", "0.5", "0.5", id="no more than is there"),
        pytest.param("0.5", None, "0.5", id="all of it when nobody reports"),
        pytest.param("0.5", "0", "0.5", id="all of it when nothing is shown"),
        pytest.param("0.12345", "1", "0.123", id="floored to the lot"),
    ],
)
def test_what_is_sold(guarded, there, sold):
    plan = plan_sale(guarded=number(guarded), there=number(there), instrument=BTC, price=number("100"))

    assert plan == Sell(number(sold))


def test_without_the_listing_nothing_is_floored():
    plan = plan_sale(guarded=number("0.12345"), there=None, instrument=None, price=number("100"))

    assert plan == Sell(number("0.12345"))


@pytest.mark.parametrize(
    ("guarded", "price", "why"),
    [
        ("0.0099", "1000", "the venue sells at least 0.01 BTC"),
        ("0.04", "100", "the venue sells at least 5 USD worth"),
    ],
)
def test_what_the_venue_would_not_take_is_dust(guarded, price, why):
    plan = plan_sale(guarded=number(guarded), there=None, instrument=BTC, price=number(price))

    assert plan == Dust(number(guarded), why)


def test_a_guard_that_was_sold_whole_is_closed_with_nothing_left():
    rest, dust = reduce_guard(a_guard(), an_exit_order(), instrument=BTC, price=number("90"))

    assert (rest.state, rest.quantity, rest.reason, dust) == (GuardState.CLOSED, 0, GuardReason.SOLD, None)


#: More digits than Decimal keeps by itself.
QUANTITIES = st.integers(min_value=1, max_value=10**45).map(lambda digits: Decimal(digits).scaleb(-18))


@given(guarded=QUANTITIES, filled=QUANTITIES)
def test_what_is_left_is_what_was_guarded_less_what_was_sold_to_the_last_digit(guarded, filled):
    assume(filled < guarded)
    guard = replace(a_guard(), quantity=guarded)

    rest, _ = reduce_guard(
        guard,
        replace(an_exit_order(), filled_quantity=filled, quantity=filled),
        instrument=None,
        price=number("90"),
    )

    with exact():
        assert rest.quantity + filled == guarded


def test_more_filled_than_guarded_leaves_nothing():
    rest, _ = reduce_guard(a_guard(), an_exit_order(filled="1.5"), instrument=BTC, price=number("90"))

    assert rest.quantity == 0


def test_what_is_left_and_can_be_sold_stays_armed_at_its_share_of_the_cost():
    guard = replace(a_guard(), state=GuardState.CLOSING, reason=GuardReason.SELLING)

    rest, dust = reduce_guard(guard, an_exit_order(filled="0.6"), instrument=BTC, price=number("90"))

    assert (rest.state, rest.reason, dust) == (GuardState.ARMED, None, None)
    assert (rest.quantity, rest.cost) == (number("0.4"), number("40"))


def test_what_is_left_and_cannot_be_sold_is_dropped_and_named():
    rest, dust = reduce_guard(a_guard(), an_exit_order(filled="0.995"), instrument=BTC, price=number("90"))

    assert (rest.state, rest.reason, rest.detail) == (
        GuardState.CLOSED,
        GuardReason.SOLD,
        "the venue sells at least 0.01 BTC",
    )
    assert dust == Dust(number("0.005"), "the venue sells at least 0.01 BTC")


def test_what_is_left_and_too_little_only_at_a_collapsed_price_stays_armed():
    rest, dust = reduce_guard(a_guard(), an_exit_order(filled="0.6"), instrument=BTC, price=number("0.4"))

    assert (rest.state, rest.quantity, dust) == (GuardState.ARMED, number("0.4"), None)


@pytest.mark.parametrize(
    ("expected", "owned", "gone"),
    [
        pytest.param("3", "2", "1", id="less than before"),
        pytest.param("3", "4", "0", id="more than before"),
        pytest.param(None, "2", "0", id="nobody saw it before"),
        pytest.param("3", None, "0", id="nobody can read it now"),
        pytest.param("3", "0", "0", id="a total of zero"),
    ],
)
def test_what_went_at_the_venue_is_what_is_missing_and_never_what_is_unknown(expected, owned, gone):
    assert vanished(expected=number(expected), owned=number(owned)) == number(gone)


def rest_after(quantity, filled):
    return quantity.rest_after(an_exit_order(filled=filled), instrument=BTC, price=number("90"))


def test_nothing_is_known_to_have_gone_of_the_whole():
    guard = a_guard()

    assert ExitQuantity.all_of(guard) == ExitQuantity(whole=guard, guard=guard, gone=number("0"))
    assert rest_after(ExitQuantity.all_of(guard), "1") == (guard.reduced_by(number("1")).closed("sold"), None)


def test_what_went_at_the_venue_is_not_guarded_any_more_and_is_reported_as_not_sold():
    partly_there = ExitQuantity(whole=a_guard("1"), guard=a_guard("0.6"), gone=number("0.4"))

    rest, dust = rest_after(partly_there, "0.6")

    assert (rest.state, dust) == (GuardState.CLOSED, Dust(number("0.4"), SOLD_EXTERNALLY))


def test_what_went_at_the_venue_is_reported_together_with_what_was_too_little_to_sell():
    partly_there = ExitQuantity(whole=a_guard("1"), guard=a_guard("0.6"), gone=number("0.4"))

    _, dust = rest_after(partly_there, "0.595")

    assert dust == Dust(
        number("0.405"), f"the venue sells at least 0.01 BTC; 0.4 {SOLD_EXTERNALLY}", DustKind.LEFT
    )


@pytest.mark.parametrize(
    ("filled", "state", "left"), [("0.6", GuardState.ARMED, "0.4"), ("1", GuardState.CLOSED, "0")]
)
def test_what_one_reading_alone_shows_as_gone_stays_guarded(filled, state, left):
    seems_gone = ExitQuantity(
        whole=a_guard("1", state=GuardState.CLOSING),
        guard=a_guard("0.6"),
        gone=number("0.4"),
        is_unconfirmed=True,
    )

    rest, dust = rest_after(seems_gone, filled)

    assert (rest.state, rest.quantity) == (state, number(left))
    assert dust == Dust(number("0.4"), UNCONFIRMED, DustKind.UNCONFIRMED)


def test_no_more_than_was_guarded_is_reported_as_gone():
    seems_gone = ExitQuantity(whole=a_guard("1"), guard=a_guard("1"), gone=number("4"), is_unconfirmed=True)

    _, dust = rest_after(seems_gone, "0.6")

    assert dust.quantity == 1
