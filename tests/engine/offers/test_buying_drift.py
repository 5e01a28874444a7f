from dataclasses import replace
from decimal import Decimal

import pytest

from engine.entries.gates import GateName, GateVerdict
from engine.guards.guard import AtTarget
from engine.offers.buying_drift import drift_of, shown_buy
from engine.offers.buying_preview import Drift
from tests.handlers.values import entry_plan, gate, guard


def at_price(plan, ratio):
    bought = plan.route.cost.execution
    moved = replace(bought, value=bought.value * Decimal(ratio))
    return replace(plan, route=replace(plan.route, cost=replace(plan.route.cost, execution=moved)))


@pytest.mark.parametrize(
    ("ratio", "drift"),
    [
        ("1", None),
        ("1.0049", None),
        ("1.0051", Drift.PRICE),
        ("0.9951", None),
        ("0.9949", Drift.PRICE),
    ],
)
def test_a_price_that_moved_by_more_than_half_a_percent_is_shown_again(ratio, drift):
    plan = entry_plan()

    assert drift_of(at_price(plan, ratio), shown_buy(plan)) is drift


@pytest.mark.parametrize(("more", "drift"), [("0.005", None), ("0.0051", Drift.COST), ("-0.02", None)])
def test_a_round_trip_that_costs_more_is_shown_again_and_one_that_costs_less_is_not(more, drift):
    plan = entry_plan()
    cost = plan.route.cost
    dearer = replace(plan.route, cost=replace(cost, round_trip=cost.round_trip + Decimal(more)))

    assert drift_of(replace(plan, route=dearer), shown_buy(plan)) is drift


def test_another_stop_is_shown_again():
    plan = entry_plan()

    assert drift_of(replace(plan, stop=Decimal("-0.02")), shown_buy(plan)) is Drift.STOP


def joining(**changes):
    return entry_plan(joins=replace(guard(), **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": Decimal("-0.5")},
        {"target": Decimal("0.03")},
        {"target": None},
        {"at_target": AtTarget.BREAK_EVEN},
        {"stop": Decimal(60_000)},
        {"stop": Decimal(60_000), "trail": Decimal("0.02")},
    ],
)
def test_a_guard_with_another_stop_or_target_is_shown_again(changes):
    shown = shown_buy(joining(target=Decimal("0.02")))

    assert drift_of(joining(**{"target": Decimal("0.02")} | changes), shown) is Drift.LEVELS


def test_a_stop_that_trails_on_is_what_was_agreed_to():
    trailing = {"trail": Decimal("0.02"), "stop": Decimal(60_000)}

    assert drift_of(joining(**trailing | {"stop": Decimal(61_000)}), shown_buy(joining(**trailing))) is None


@pytest.mark.parametrize(("before", "after"), [(entry_plan(), joining()), (joining(), entry_plan())])
def test_a_guard_that_came_or_went_is_shown_again(before, after):
    assert drift_of(after, shown_buy(before)) is Drift.LEVELS


def test_what_is_held_by_now_is_asked_about_and_what_was_is_not():
    held = entry_plan(gates=(gate(GateName.HELD, GateVerdict.CONFIRM, actual="0.1"),))

    assert drift_of(held, shown_buy(entry_plan())) is Drift.HELD
    assert drift_of(held, shown_buy(held)) is None
