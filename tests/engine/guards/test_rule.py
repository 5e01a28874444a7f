from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.guards.rule import (
    ThresholdError,
    check_threshold,
    is_breached,
    is_within_trading_cost,
    net_if_sold_now,
    pnl,
    pnl_ratio,
    trigger_price,
)
from engine.model.holdings import Direction
from engine.model.money import InvalidNumberError, exact

PRICES = st.decimals("0.00000001", "1000000", places=10).filter(bool)
QUANTITIES = st.decimals("0.000000000000000001", "1000000000", places=18).filter(bool)
COSTS = st.decimals("0.000001", "1000000000", places=12).filter(bool)
THRESHOLDS = st.decimals("-0.5", "-0.0001", places=4)
DIRECTIONS = st.sampled_from(Direction)
TICK = Decimal("0.0000000001")


def breached(mark, direction=Direction.LONG, quantity="1", cost="100", threshold="-0.01"):
    return is_breached(
        mark=Decimal(mark),
        quantity=Decimal(quantity),
        cost=Decimal(cost),
        threshold=Decimal(threshold),
        direction=direction,
    )


@pytest.mark.parametrize(
    ("mark", "sells"),
    [("99.01", False), ("99.00000001", False), ("99", True), ("98.99", True), ("101", False)],
)
def test_a_long_is_sold_from_exactly_minus_one_percent(mark, sells):
    assert breached(mark) is sells


@pytest.mark.parametrize(
    ("mark", "sells"),
    [("100.99", False), ("100.99999999", False), ("101", True), ("101.01", True), ("99", False)],
)
def test_a_short_is_bought_back_from_exactly_minus_one_percent(mark, sells):
    assert breached(mark, Direction.SHORT) is sells


def test_the_loss_counts_the_whole_quantity():
    assert breached("33", quantity="3", cost="100")
    assert not breached("33.01", quantity="3", cost="100")


def test_an_average_that_never_ends_decides_exactly():
    # 3 for 10 is 3.333…; one percent below 10 is 9.90, which is 3.30 each.
    assert breached("3.3", quantity="3", cost="10")
    assert not breached("3.30000000000000000000000000000000000001", quantity="3", cost="10")


@given(mark=PRICES, quantity=QUANTITIES, cost=COSTS, threshold=THRESHOLDS, direction=DIRECTIONS)
def test_the_rule_agrees_with_exact_fractions(mark, quantity, cost, threshold, direction):
    gain = Fraction(mark) * Fraction(quantity) - Fraction(cost)
    if direction is Direction.SHORT:
        gain = -gain

    expected = gain / Fraction(cost) <= Fraction(threshold)

    assert breached(mark, direction, quantity, cost, threshold) is expected


@given(entry=PRICES, threshold=THRESHOLDS, direction=DIRECTIONS, quantity=st.integers(1, 10**9))
def test_at_the_threshold_it_sells_and_one_tick_before_it_does_not(entry, threshold, direction, quantity):
    sign = 1 if direction is Direction.LONG else -1
    boundary = entry * (1 + sign * threshold)
    position = (direction, quantity, entry * quantity, threshold)

    assert breached(boundary, *position)
    assert breached(boundary - sign * TICK, *position)
    assert not breached(boundary + sign * TICK, *position)


@pytest.mark.parametrize(("direction", "price"), [(Direction.LONG, "99"), (Direction.SHORT, "101")])
def test_the_trigger_is_one_percent_from_what_was_paid_each(direction, price):
    at = trigger_price(
        quantity=Decimal(3), cost=Decimal(300), threshold=Decimal("-0.01"), direction=direction
    )

    assert at == Decimal(price)


@given(quantity=QUANTITIES, cost=COSTS, threshold=THRESHOLDS, direction=DIRECTIONS)
def test_the_trigger_is_the_first_price_that_breaches(quantity, cost, threshold, direction):
    price = trigger_price(quantity=quantity, cost=cost, threshold=threshold, direction=direction)
    hair = price.scaleb(-50) if direction is Direction.LONG else -price.scaleb(-50)
    with exact():
        before = price + hair
    position = (direction, quantity, cost, threshold)

    assert breached(price, *position)
    assert not breached(before, *position)


#: Any figure of up to 30 digits, small and large ones alike.
FIGURES = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(1, 10**30 - 1), st.integers(-30, 6)
)


def is_past(price, trigger, direction):
    return price <= trigger if direction is Direction.LONG else price >= trigger


@given(mark=FIGURES, quantity=FIGURES, cost=FIGURES, threshold=THRESHOLDS, direction=DIRECTIONS)
def test_the_trigger_decides_as_the_rule_does(mark, quantity, cost, threshold, direction):
    trigger = trigger_price(quantity=quantity, cost=cost, threshold=threshold, direction=direction)

    assert is_past(mark, trigger, direction) is breached(mark, direction, quantity, cost, threshold)


@given(quantity=FIGURES, cost=FIGURES, threshold=THRESHOLDS, direction=DIRECTIONS, digits=st.integers(1, 30))
def test_the_trigger_decides_as_the_rule_does_right_beside_it(quantity, cost, threshold, direction, digits):
    trigger = trigger_price(quantity=quantity, cost=cost, threshold=threshold, direction=direction)
    near = Context(prec=digits).plus(trigger)

    for mark in (near.next_minus(Context(prec=digits)), near, near.next_plus(Context(prec=digits))):
        assert is_past(mark, trigger, direction) is breached(mark, direction, quantity, cost, threshold)


@pytest.mark.parametrize(("quantity", "cost"), [("0", "100"), ("1", "0")])
def test_nothing_held_has_no_trigger(quantity, cost):
    with pytest.raises(InvalidNumberError):
        trigger_price(
            quantity=Decimal(quantity),
            cost=Decimal(cost),
            threshold=Decimal("-0.01"),
            direction=Direction.LONG,
        )


def test_profit_is_worth_minus_cost_and_mirrored_for_a_short():
    position = {"mark": Decimal("98.5"), "quantity": Decimal(2), "cost": Decimal(200)}

    assert pnl(**position, direction=Direction.LONG) == Decimal("-3.0")
    assert pnl(**position, direction=Direction.SHORT) == Decimal("3.0")
    assert pnl_ratio(**position, direction=Direction.LONG) == Decimal("-0.015")
    assert pnl_ratio(**position, direction=Direction.SHORT) == Decimal("0.015")


@pytest.mark.parametrize(("direction", "net"), [(Direction.LONG, "-3.188"), (Direction.SHORT, "0.812")])
def test_net_takes_the_fee_of_closing_from_either_direction(direction, net):
    result = net_if_sold_now(
        mark=Decimal(99),
        quantity=Decimal(2),
        cost=Decimal(200),
        taker=Decimal("0.006"),
        direction=direction,
    )

    assert result == Decimal(net)


@pytest.mark.parametrize(
    ("quantity", "cost"), [("0", "100"), ("-1", "100"), ("1", "0"), ("1", "-5"), ("NaN", "1")]
)
def test_nothing_held_and_nothing_paid_cannot_look_breached(quantity, cost):
    with pytest.raises((InvalidNumberError, ArithmeticError)):
        breached("1", quantity=quantity, cost=cost)


def test_the_refused_figures_are_named():
    with pytest.raises(InvalidNumberError, match=r"^quantity 0 and cost 100 must be positive$"):
        breached("1", quantity="0")


@pytest.mark.parametrize("threshold", ["-0.5", "-0.01", "-0.0001", "-0.4999"])
def test_a_loss_fraction_is_a_threshold(threshold):
    assert check_threshold(Decimal(threshold)) == Decimal(threshold)


@pytest.mark.parametrize("threshold", ["0", "0.01", "-0.5001", "-1", "NaN", "-Infinity", "Infinity"])
def test_anything_else_is_refused_as_a_threshold(threshold):
    with pytest.raises(ThresholdError, match=r"is not a loss threshold in \[-0.5, 0\)"):
        check_threshold(Decimal(threshold))


@pytest.mark.parametrize(("threshold", "meant"), [("-1", "-0.01"), ("-2.5", "-0.025")])
def test_a_percent_taken_for_a_fraction_is_asked_about(threshold, meant):
    with pytest.raises(ThresholdError, match=rf"; did you mean {meant}\?$"):
        check_threshold(Decimal(threshold))


@pytest.mark.parametrize("threshold", ["0.01", "-Infinity"])
def test_nothing_is_guessed_where_no_percent_was_meant(threshold):
    with pytest.raises(ThresholdError, match=r"0\)$"):
        check_threshold(Decimal(threshold))


@pytest.mark.parametrize(
    ("threshold", "inside"), [("-0.01", True), ("-0.0139", True), ("-0.014", False), ("-0.02", False)]
)
def test_a_threshold_below_the_fees_both_ways_is_within_the_cost_of_trading(threshold, inside):
    assert is_within_trading_cost(threshold=Decimal(threshold), fees=Decimal("0.014")) is inside
