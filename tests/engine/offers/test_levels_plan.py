"""What a guard becomes with another stop or target, and what is refused."""

from decimal import Decimal

import pytest

from engine.accounts.fees import FeeProfile
from engine.guards.guard import GuardState
from engine.guards.verdict import SaleCosts
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.venues import Venue
from engine.offers.levels_kept import GuardedSeveralTimes, LevelObstacle, LevelsKept, NoGuard
from engine.offers.levels_plan import KEEP, Change, LevelsPlan, guarded_ones, plan_levels
from engine.offers.outcomes import Nothing
from tests.handlers.values import guard, mark, position

#: A guard of 0.12 BTC from 64,000, so sold at 63,360; the mark is 63,500, a loss of 0.78 percent.
FEES = FeeProfile(taker=Decimal("0.0026"), spread=Decimal("0.001"))
UNPRICED = PriceUnknown(problem=PriceProblem.NO_QUOTE)


def planned(change, *, price="63500", **changes):
    ours = guard(**changes)
    held = position(guard=ours, mark=mark(price) if price else UNPRICED)
    costs = SaleCosts(paid=ours.cost, fees=Decimal("19.97"), taker=FEES.taker)
    return plan_levels(held, ours, change, fees=FEES, costs=costs)


def stop(percent):
    return Change(threshold=-Decimal(percent) / 100)


def target(percent):
    return Change(target=Decimal(percent) / 100)


@pytest.mark.parametrize(
    ("change", "threshold", "aim"),
    [
        (stop("2"), "-0.02", "0.03"),
        (target("5"), "-0.01", "0.05"),
        (Change(target=None), "-0.01", None),
        (KEEP, "-0.01", "0.03"),
    ],
)
def test_only_what_is_named_changes(change, threshold, aim):
    plan = planned(change, target=Decimal("0.03"))

    assert plan.changed.threshold == Decimal(threshold)
    assert plan.changed.target == (None if aim is None else Decimal(aim))
    assert plan.is_change is (change is not KEEP)


@pytest.mark.parametrize(("percent", "is_looser"), [("2", True), ("1", False), ("0.9", False)])
def test_a_stop_that_lets_more_be_lost_is_looser(percent, is_looser):
    assert planned(stop(percent)).is_looser is is_looser


@pytest.mark.parametrize(
    ("percent", "price", "obstacle"),
    [
        ("0.7", "63500", LevelObstacle.WOULD_SELL_NOW),
        # Exactly what it has lost.
        ("0.78125", "63500", LevelObstacle.WOULD_SELL_NOW),
        ("0.79", None, LevelObstacle.NO_PRICE),
    ],
)
def test_a_tighter_stop_that_would_or_might_sell_at_once_is_not_set(percent, price, obstacle):
    refused = planned(stop(percent), price=price)

    assert refused == Nothing(why=LevelsKept(symbol="BTC/USD", obstacle=obstacle))


@pytest.mark.parametrize("change", [stop("2"), target("5"), KEEP])
def test_without_a_price_nothing_that_sells_no_earlier_is_refused(change):
    assert isinstance(planned(change, price=None), LevelsPlan)


@pytest.mark.parametrize(
    ("state", "obstacle"),
    [(GuardState.PAUSED, LevelObstacle.PAUSED), (GuardState.CLOSING, LevelObstacle.BEING_SOLD)],
)
def test_what_is_not_watched_now_is_left_as_it_is(state, obstacle):
    assert planned(target("5"), state=state).why.obstacle is obstacle


@pytest.mark.parametrize(("percent", "is_below"), [("0.81", True), ("0.82", False), ("3", False)])
def test_a_target_below_a_move_that_pays_is_named(percent, is_below):
    assert planned(target(percent)).is_below_profitable is is_below


@pytest.mark.parametrize(
    ("price", "is_now"), [("64639.99", False), ("64640", True), ("70000", True), (None, False)]
)
def test_a_target_that_is_reached_already_is_named(price, is_now):
    assert planned(target("1"), price=price).is_at_target is is_now


def test_a_trailing_stop_begins_behind_the_mark_of_now():
    plan = planned(Change(trail=Decimal("0.02")))

    assert (plan.changed.trail, plan.changed.stop) == (Decimal("0.02"), Decimal(62230))
    assert not plan.is_looser


def test_without_a_price_there_is_nothing_to_trail():
    refused = planned(Change(trail=Decimal("0.02")), price=None)

    assert refused.why.obstacle is LevelObstacle.NOTHING_TO_TRAIL


@pytest.mark.parametrize(
    ("trail", "is_looser"), [("0.01", False), ("0.02", False), ("0.03", True), (None, True)]
)
def test_a_trailing_stop_further_away_than_before_is_looser(trail, is_looser):
    change = Change(trail=trail and Decimal(trail))

    plan = planned(change, trail=Decimal("0.02"), stop=Decimal(62230))

    assert plan.is_looser is is_looser


def test_one_that_trails_by_as_much_already_stays_where_it_is():
    plan = planned(Change(trail=Decimal("0.02")), trail=Decimal("0.02"), stop=Decimal(63000))

    assert not plan.is_change


def test_one_name_that_is_guarded_twice_needs_its_broker():
    twice = [position(guard=guard()), position(guard=guard(guard_id="g2"))]

    assert guarded_ones([position(guard=None), twice[0]]) == twice[0]
    assert guarded_ones(twice) == Nothing(why=GuardedSeveralTimes(venues=(Venue.KRAKEN,)))
    assert guarded_ones([position(guard=None)]) == Nothing(why=NoGuard(symbol="BTC/USD"))
