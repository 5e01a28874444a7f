"""Only the fewest orders needed are cancelled before a sale."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.liquidation.release import plan_release
from engine.orders import Order, OrderStatus, Side, VenueOrderId


def an_order(name, quantity, *, side=Side.SELL, symbol="BTC/USD", filled="0"):
    return Order(
        venue_order_id=VenueOrderId(name),
        client_order_id=None,
        symbol=symbol,
        side=side,
        status=OrderStatus.OPEN,
        quantity=Decimal(quantity),
        filled_quantity=Decimal(filled),
        cost=None,
        fee=None,
        fee_asset=None,
    )


def chosen(needed, free, *orders):
    plan = plan_release("BTC", needed=Decimal(needed), free=Decimal(free), open_orders=orders)
    return [order.venue_order_id for order in plan]


def test_nothing_is_cancelled_when_enough_is_free():
    assert chosen("1", "1", an_order("a", "5")) == []


def test_one_order_that_suffices_is_preferred_to_two():
    assert chosen("3", "0", an_order("a", "2"), an_order("b", "3"), an_order("c", "2")) == ["b"]


def test_the_smallest_order_that_suffices_goes():
    assert chosen("2", "0", an_order("a", "9"), an_order("b", "2"), an_order("c", "1")) == ["b"]


def test_only_the_unfilled_part_of_an_order_holds_coins():
    assert chosen("2", "0", an_order("a", "9", filled="8"), an_order("b", "2")) == ["b"]


@pytest.mark.parametrize(
    "other",
    [
        an_order("x", "5", side=Side.BUY),
        an_order("x", "5", symbol="ETH/BTC"),
        an_order("x", "5", symbol="SOL/USD"),
    ],
    ids=["a buy holds cash", "a quote currency is not the asset", "another asset"],
)
def test_orders_that_hold_something_else_stay(other):
    assert chosen("1", "0", other) == []


def test_all_are_cancelled_when_even_they_are_too_little():
    assert sorted(chosen("9", "0", an_order("a", "2"), an_order("b", "3"))) == ["a", "b"]


@given(st.lists(st.integers(1, 50), max_size=6), st.integers(1, 120), st.integers(0, 60))
def test_the_plan_frees_enough_when_it_can_with_the_fewest_orders(quantities, needed, free):
    orders = [an_order(str(i), q) for i, q in enumerate(quantities)]

    plan = plan_release("BTC", needed=Decimal(needed), free=Decimal(free), open_orders=orders)

    released = sum(order.quantity for order in plan)
    largest_first = sorted(quantities, reverse=True)
    fewest = next(
        (n for n in range(len(quantities) + 1) if free + sum(largest_first[:n]) >= needed), len(quantities)
    )
    assert len(plan) == len(set(plan)) == fewest
    assert released + free >= min(needed, free + sum(quantities))
