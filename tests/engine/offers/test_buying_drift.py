from dataclasses import replace
from decimal import Decimal

import pytest

from engine.offers.buying_drift import drift_of, shown_buy
from engine.offers.buying_preview import Drift
from tests.handlers.values import entry_plan


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
