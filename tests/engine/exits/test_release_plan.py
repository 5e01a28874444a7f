"""Only the fewest orders needed are cancelled before a sale."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exits.release_plan import coming_back, opposite_orders, plan_release
from engine.model.orders import Order, OrderStatus, ProductFamily, Side, VenueOrderId

BORROWED = [family for family in ProductFamily if family is not ProductFamily.SPOT]


def an_order(name, quantity, *, side=Side.SELL, symbol="BTC/USD", filled="0", **changes):
    values = {
        "venue_order_id": VenueOrderId(name),
        "client_order_id": None,
        "symbol": symbol,
        "side": side,
        "status": OrderStatus.OPEN,
        "quantity": Decimal(quantity),
        "filled_quantity": Decimal(filled),
        "cost": None,
        "fee": None,
        "fee_asset": None,
    }
    return Order(**{**values, **changes})


def chosen(needed, free, *orders):
    plan = plan_release("BTC", needed=Decimal(needed), free=Decimal(free), open_orders=orders)
    return [order.venue_order_id for order in plan]


def test_nothing_is_cancelled_when_enough_is_free():
    assert chosen("1", "1", an_order("a", "5")) == []


def test_the_last_digit_that_is_missing_counts():
    orders = an_order("a", "123456789011.000000000000000002"), an_order("b", "1")

    assert chosen("123456789012.000000000000000003", "1", *orders) == ["a", "b"]


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
        an_order("x", "5", symbol="BTC-PERP-INTX"),
        an_order("x", "5", symbol="BTC"),
        an_order("x", "5", status=OrderStatus.CANCELED),
        *(an_order("x", "5", family=family) for family in BORROWED),
        *(an_order("x", "5", symbol="ETH/BTC", side=Side.BUY, price=Decimal(1), family=f) for f in BORROWED),
    ],
    ids=lambda order: f"{order.family} {order.status} {order.side} {order.symbol} {order.price}",
)
def test_orders_that_hold_something_else_stay(other):
    assert chosen("1", "0", other) == []
    assert chosen("1", "0", other, an_order("spot", "1")) == ["spot"]


def test_a_purchase_paid_with_the_asset_holds_its_value():
    bids = [an_order(name, "10", symbol="ETH/BTC", side=Side.BUY, price=Decimal("0.05")) for name in "ab"]

    assert sorted(chosen("0.6", "0", *bids)) == ["a", "b"]
    assert chosen("0.5", "0", *bids, an_order("c", "0.9")) == ["b"]


@pytest.mark.parametrize("family", ProductFamily)
def test_only_spot_orders_stand_opposite_to_a_spot_sale(family):
    bid = an_order("bid", "1", side=Side.BUY, family=family)
    others = [an_order("ask", "1"), an_order("elsewhere", "1", side=Side.BUY, symbol="ETH/USD")]

    found = opposite_orders("BTC/USD", Side.SELL, [bid, *others])

    assert found == ((bid,) if family is ProductFamily.SPOT else ())


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


AT_ANY_PRICE = an_order("any", "10", symbol="ETH/BTC", side=Side.BUY)
OPEN_THOUGH_FILLED = an_order("full", "5", filled="5")


@pytest.mark.parametrize("unknown", [AT_ANY_PRICE, OPEN_THOUGH_FILLED], ids=["at any price", "nothing left"])
def test_an_order_that_holds_an_unknown_amount_goes_where_the_others_are_too_little(unknown):
    assert chosen("2", "0", unknown, an_order("a", "2")) == ["a"]
    assert chosen("2", "0", unknown, an_order("a", "1")) == ["a", unknown.venue_order_id]
    assert chosen("2", "2", unknown) == []


def coming(*orders, staying="0", is_all=False):
    return coming_back(orders, held=Decimal(3), staying=Decimal(staying), is_all=is_all)


def test_no_more_is_waited_for_than_the_cancelled_orders_held():
    assert coming() == 0
    assert coming(an_order("a", "1"), an_order("b", "1")) == 2
    assert coming(an_order("a", "5")) == 3
    assert coming(an_order("a", "5"), staying="2") == 1
    assert coming(an_order("a", "5"), staying="4") == 0


def test_all_that_is_held_may_come_from_an_earlier_cancel_or_an_unknown_amount():
    assert coming(is_all=True) == 3
    assert coming(an_order("a", "1"), AT_ANY_PRICE) == 3
