"""Which orders are cancelled for an exit, what comes back of them, and what of a hold stays unexplained."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.exits.freeing import Expected, Freeing, without_list
from engine.exits.position_reading import PositionReading
from engine.model.errors import TryLaterError
from engine.model.failing_reasons import UnknownHold
from engine.model.holdings import Holding
from engine.model.orders import OpenOrders, Side
from engine.model.venues import Venue
from engine.orders.our_orders import OurOrders
from tests.builders import a_guard
from tests.engine.exits.test_release_plan import an_order

D = Decimal
OWN, OTHER_EXIT = an_order("own", "1"), an_order("another-exit", "2")
KNOWN = OurOrders(
    symbol="BTC/USD",
    side=Side.SELL,
    of_intent=frozenset({"own"}),
    of_account=frozenset({"own", "another-exit"}),
)


def a_reading(free, held):
    free, held = D(free), D(held)
    return PositionReading(free=free, owned=free + held, held=held, at=None)


def a_freeing(*orders, guarded="1", free="0", held="1", was_cancelling=False, **opened):
    return Freeing(
        guard=replace(a_guard(), quantity=D(guarded)),
        available=a_reading(free, held),
        opened=OpenOrders(orders=orders, **opened),
        known=KNOWN,
        was_cancelling=was_cancelling,
    )


def a_holding(free, held):
    return Holding(asset="BTC", free=D(free), held=D(held))


def judged(freeing, expected, released):
    after = replace(freeing.available, unreadable=freeing.opened.unreadable)
    return freeing.judge(after, expected, released)


def ids(orders):
    return [order.venue_order_id for order in orders]


@pytest.mark.parametrize(
    ("orders", "own", "cancelled"),
    [
        ((), None, []),
        ((an_order("a", "1"),), None, ["a"]),
        ((an_order("a", "0.4"), an_order("b", "5")), None, ["b"]),
        ((OTHER_EXIT,), None, []),
        ((OTHER_EXIT, an_order("a", "1")), None, ["a"]),
        ((an_order("a", "1", symbol="ETH/USD"),), None, []),
        ((an_order("a", "1"), OWN), "own", ["a"]),
    ],
)
def test_the_owners_orders_that_hold_it_are_cancelled_and_none_of_ours(orders, own, cancelled):
    freeing = a_freeing(*orders)

    assert (freeing.own_order and freeing.own_order.venue_order_id) == own
    assert ids(freeing.plan) == cancelled


A, B = an_order("a", "0.6"), an_order("b", "0.4")


@pytest.mark.parametrize(
    ("freeing", "failed", "expected"),
    [
        # All that is held comes back.
        (a_freeing(A, B), (), ("0", "1", "1")),
        # What could not be cancelled stays.
        (a_freeing(A, B), (A,), ("0.6", "0.4", "0.4")),
        (a_freeing(A, B), (A, B), ("1", "0", "0")),
        # What another exit of ours holds stays too, and is not waited for.
        (a_freeing(A, OTHER_EXIT, held="2.6"), (), ("2", "0.6", "0.6")),
        # No more is expected than is sold.
        (a_freeing(A, B, guarded="0.5", free="0.2", held="1"), (), ("0", "0.4", "0.5")),
        # What no order holds is not waited for.
        (a_freeing(held="1"), (), ("0", "0", "0")),
        # It may be of an order that was cancelled before.
        (a_freeing(held="1", was_cancelling=True), (), ("0", "1", "1")),
        # It may be of an order that cannot be read.
        (a_freeing(held="1", was_cancelling=True, unreadable=("x",)), (), ("0", "0", "0")),
    ],
)
def test_what_comes_back_is_what_the_cancelled_orders_held(freeing, failed, expected):
    staying, coming, free = map(D, expected)

    assert freeing.expect(failed) == Expected(staying=staying, coming=coming, free=free)


def test_nothing_is_waited_for_where_nothing_comes_back():
    assert Expected(staying=D(0), coming=D(0), free=D("0.5")).awaited == 0
    assert Expected(staying=D(0), coming=D("0.1"), free=D("0.5")).awaited == D("0.5")


NOTHING, SOME = (
    Expected(staying=D(0), coming=D(0), free=D("0.3")),
    Expected(staying=D(0), coming=D(1), free=D(1)),
)


@pytest.mark.parametrize(
    ("freeing", "expected", "unknown"),
    [
        (a_freeing(), NOTHING, "0.7"),
        (a_freeing(), replace(NOTHING, staying=D("0.5")), "0.2"),
        # Orders that stay explain all of it.
        (a_freeing(), replace(NOTHING, staying=D("0.7")), None),
        # It may be on its way back.
        (a_freeing(), SOME, None),
        (a_freeing(was_cancelling=True), NOTHING, None),
        # An order that cannot be read may hold it.
        (a_freeing(unreadable=("x",)), NOTHING, None),
    ],
)
def test_what_no_order_explains_of_a_hold_is_named(freeing, expected, unknown):
    reading = judged(freeing, expected, a_holding("0.3", "0.7"))

    assert reading.free == D("0.3")
    assert reading.unknown_hold == (unknown and UnknownHold(quantity=D(unknown)))


def test_orders_reported_as_over_are_named_where_nothing_else_explains_a_hold():
    freeing = a_freeing(over=("over",))

    assert judged(freeing, NOTHING, a_holding("0.3", "0.7")).unreadable == ("over",)
    assert judged(freeing, NOTHING, a_holding("1", "0")).unreadable == ()


def test_without_an_answer_it_is_tried_with_what_should_be_free():
    reading = judged(a_freeing(unreadable=("x",)), SOME, None)

    assert (reading.free, reading.unreadable) == (D(1), ("x",))
    assert (reading.unknown_hold, reading.is_overtaken) == (None, False)


@pytest.mark.parametrize(("total", "is_overtaken"), [("0.9", True), ("1", False), ("1.1", False)])
def test_with_less_than_before_an_order_filled_before_its_cancel(total, is_overtaken):
    assert judged(a_freeing(), SOME, a_holding(total, "0")).is_overtaken is is_overtaken


@pytest.mark.parametrize(
    ("free", "held", "hold"),
    [("0.3", "0.7", "0.7"), ("0.3", "0", "0"), ("0", "0", "0"), ("0", "0.7", None)],
)
def test_without_the_list_of_open_orders_what_is_free_is_sold(free, held, hold):
    error = TryLaterError(Venue.KRAKEN, "no answer")

    reading = without_list(a_reading(free, held), error)

    assert (reading and reading.unknown_hold) == (
        hold and UnknownHold(quantity=D(hold), error="Kraken: no answer")
    )
