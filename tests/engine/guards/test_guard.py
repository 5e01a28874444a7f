from dataclasses import replace
from decimal import Decimal

import pytest

from engine.guards.guard import GuardState
from engine.guards.rule import TargetError, ThresholdError, TrailError
from engine.model.money import InvalidNumberError
from tests.builders import a_guard


def test_a_guard_knows_the_price_it_was_guarded_from():
    assert a_guard("4", "100").entry == 25


def test_a_smaller_guard_costs_in_proportion():
    guard = a_guard("4", "100").with_quantity(Decimal(1))

    assert (guard.quantity, guard.cost, guard.state) == (1, 25, GuardState.ARMED)


def test_a_guard_of_nothing_is_closed():
    guard = a_guard("4", "100").with_quantity(Decimal(0))

    assert (guard.quantity, guard.cost, guard.state) == (0, 0, GuardState.CLOSED)
    assert guard.entry is None


@pytest.mark.parametrize(("less", "left"), [("0", "4"), ("1", "3"), ("4", "0"), ("4.1", "0")])
def test_a_guard_is_reduced_to_nothing_at_the_least(less, left):
    guard = a_guard("4", "100").reduced_by(Decimal(less))

    assert (guard.quantity, guard.cost) == (Decimal(left), Decimal(left) * 25)
    assert (guard.state is GuardState.CLOSED) is (left == "0")


def test_a_reduced_guard_keeps_every_digit():
    guard = a_guard("123456789012.000000000000000002", "100").reduced_by(Decimal(1))

    assert guard.quantity == Decimal("123456789011.000000000000000002")


def test_a_guard_keeps_its_quantity_when_nothing_changes():
    assert a_guard("3", "100").with_quantity(Decimal(3)) == a_guard("3", "100")


@pytest.mark.parametrize("quantity", ["4.1", "-0.1"])
def test_a_guard_cannot_grow_or_fall_below_nothing(quantity):
    with pytest.raises(InvalidNumberError, match=f"a guard of 4 cannot shrink to {quantity}"):
        a_guard("4", "100").with_quantity(Decimal(quantity))


@pytest.mark.parametrize("threshold", ["0", "-0.51", "-1"])
def test_a_guard_has_a_threshold_that_makes_sense(threshold):
    with pytest.raises(ThresholdError):
        a_guard(threshold=threshold)


@pytest.mark.parametrize("target", ["0", "-0.02", "NaN", "Infinity"])
def test_a_target_is_a_gain(target):
    with pytest.raises(TargetError, match="is not a profit target above 0"):
        replace(a_guard(), target=Decimal(target))


@pytest.mark.parametrize("trail", ["0", "0.0009", "0.51", "-0.02", "NaN"])
def test_a_trailing_stop_is_neither_at_the_price_nor_too_far_behind_it(trail):
    with pytest.raises(TrailError, match="is not a trail in"):
        replace(a_guard(), trail=Decimal(trail), stop=Decimal(90))


@pytest.mark.parametrize(("trail", "stop"), [("0.02", None), (None, "0"), ("0.02", "0"), ("0.02", "-1")])
def test_a_stop_is_a_price(trail, stop):
    with pytest.raises(InvalidNumberError, match="sells nothing"):
        replace(a_guard(), trail=trail and Decimal(trail), stop=stop and Decimal(stop))


@pytest.mark.parametrize(
    ("quantity", "cost"), [("0", "100"), ("1", "0"), ("-1", "100"), ("1", "-100"), ("0", "0")]
)
@pytest.mark.parametrize("state", [GuardState.ARMED, GuardState.PAUSED, GuardState.CLOSING])
def test_a_guard_guards_something_until_it_is_closed(quantity, cost, state):
    with pytest.raises(
        InvalidNumberError, match=f"a guard of {quantity} BTC at a cost of {cost} guards nothing"
    ):
        a_guard(quantity, cost, state=state)


def test_a_guard_closed_by_the_owner_keeps_its_figures():
    assert replace(a_guard("1", "100"), state=GuardState.CLOSED).quantity == 1


@pytest.mark.parametrize(("quantity", "cost"), [("0", "100"), ("1", "0")])
def test_a_closed_guard_has_both_figures_or_neither(quantity, cost):
    with pytest.raises(InvalidNumberError):
        a_guard(quantity, cost, state=GuardState.CLOSED)


@pytest.mark.parametrize(("paid", "left"), [("120", "30"), (None, None)])
def test_what_was_paid_shrinks_in_proportion_too(paid, left):
    guard = replace(a_guard("4", "100"), paid=paid and Decimal(paid))

    assert guard.with_quantity(Decimal(1)).paid == (left and Decimal(left))
    assert guard.with_quantity(Decimal(0)).paid is None
