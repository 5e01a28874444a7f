"""A stop that trails: it follows the price one way, and sells beside the threshold."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.guards.rule import is_breached
from engine.guards.stop import is_at_stop, sells_at, stop_behind, trigger_price_of, with_stop_behind
from engine.model.holdings import Direction
from tests.builders import a_guard

PRICES = st.decimals("1", "300", places=3)
GUARDS = st.builds(
    lambda guard, trail, price: replace(
        guard, trail=trail, stop=stop_behind(price, trail=trail, direction=guard.direction)
    ),
    st.builds(
        a_guard,
        quantity=st.decimals("0.1", "30", places=3),
        cost=st.decimals("1", "300", places=3),
        threshold=st.decimals("-0.5", "-0.001", places=3),
        direction=st.sampled_from(Direction),
    ),
    st.decimals("0.001", "0.5", places=3),
    PRICES,
)


def trailing(stop, *, direction=Direction.LONG):
    """One for 100 dollars, whose stop trails by two percent."""
    guard = a_guard("1", "100", direction=direction)
    return replace(guard, trail=Decimal("0.02"), stop=Decimal(stop))


@pytest.mark.parametrize(
    ("price", "stop"),
    [
        ("110", "107.8"),
        # Not a tenth of a percent more.
        ("110.1", "107.8"),
        ("110.11", "107.9078"),
        ("120", "117.6"),
        ("100", "107.8"),
    ],
)
def test_it_follows_a_rise_in_steps_and_no_fall(price, stop):
    assert with_stop_behind(trailing("107.8"), Decimal(price)).stop == Decimal(stop)


@pytest.mark.parametrize(("price", "stop"), [("80", "81.6"), ("90", "91.8"), ("95", "91.8")])
def test_that_of_a_short_follows_a_fall(price, stop):
    short = trailing("91.8", direction=Direction.SHORT)

    assert with_stop_behind(short, Decimal(price)).stop == Decimal(stop)


def test_without_one_no_price_makes_one():
    assert with_stop_behind(a_guard(), Decimal(1000)) == a_guard()
    assert not is_at_stop(a_guard(), Decimal(1))


@pytest.mark.parametrize(
    ("stop", "price", "sells"),
    [
        ("107.8", "107.81", False),
        ("107.8", "107.8", True),
        # The threshold goes first where it is nearer.
        ("95", "99.01", False),
        ("95", "99", True),
    ],
)
def test_it_sells_at_whichever_comes_first(stop, price, sells):
    assert sells_at(trailing(stop), Decimal(price)) is sells


@given(GUARDS, PRICES)
def test_the_trigger_price_decides_as_threshold_and_stop_do(guard, price):
    at = trigger_price_of(guard)
    is_there = price <= at if guard.direction is Direction.LONG else price >= at
    breached = is_breached(
        mark=price,
        quantity=guard.quantity,
        cost=guard.cost,
        threshold=guard.threshold,
        direction=guard.direction,
    )

    assert is_there is sells_at(guard, price) is (breached or is_at_stop(guard, price))


@given(GUARDS, st.lists(PRICES, min_size=1, max_size=20))
def test_it_is_never_loosened(guard, prices):
    for price in prices:
        before, guard = guard, with_stop_behind(guard, price)
        if guard.direction is Direction.LONG:
            assert guard.stop >= before.stop
        else:
            assert guard.stop <= before.stop
        assert guard == replace(before, stop=guard.stop)
