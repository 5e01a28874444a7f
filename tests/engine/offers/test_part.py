"""Which quantity the part is that its owner names."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.guards.guard import GuardState
from engine.market.closing_price import ClosingPrice
from engine.offers.closing_plan import plan_closing, plan_confirmed, plan_part
from engine.offers.closing_preview import Obstacle, ObstacleKind, Stays
from engine.offers.part import Share, Units, Worth
from tests.builders import NOW, a_guard, an_instrument, number
from tests.engine.offers.test_closing_plan import LISTED, SILENT, UNPRICED, facts

#: Two coins at 90 dollars, in lots of a ten-thousandth.
TWO = facts()


@pytest.mark.parametrize(
    ("part", "quantity"),
    [
        pytest.param(Share(number("0.5")), "1", id="half"),
        pytest.param(Share(number("0.333333")), "0.6666", id="rounded down to the lot"),
        pytest.param(Units(number("0.25")), "0.25", id="coins"),
        pytest.param(Units(number("0.12345")), "0.1234", id="coins, rounded down"),
        pytest.param(Worth(number("45")), "0.5", id="dollars"),
        pytest.param(Worth(number("100")), "1.1111", id="dollars, rounded down"),
    ],
)
def test_a_part_is_sold_in_whole_lots_and_the_rest_is_meant_to_stay(part, quantity):
    plan = plan_part(TWO, part)

    assert (plan.is_part, plan.line.obstacle) == (True, None)
    assert plan.quantity == plan.line.quantity == number(quantity)
    assert plan.line.stays == Stays(quantity=2 - number(quantity), guarded=Decimal(0))


@pytest.mark.parametrize(
    "part", [Share(number("1")), Units(number("2")), Units(number("2.00009")), Worth(number("180"))]
)
def test_all_of_it_is_a_close(part):
    assert plan_part(TWO, part) == plan_closing(TWO)


@pytest.mark.parametrize(
    ("part", "changes", "obstacle"),
    [
        pytest.param(
            Units(number("2.0001")), {}, Obstacle(ObstacleKind.MORE_THAN_HELD, "2"), id="more coins than held"
        ),
        pytest.param(Worth(number("181")), {}, Obstacle(ObstacleKind.MORE_THAN_HELD, "2"), id="more dollars"),
        pytest.param(
            Units(number("1.5")),
            {"locked": number("1")},
            Obstacle(ObstacleKind.MORE_THAN_HELD, "1"),
            id="more than is not staked",
        ),
        pytest.param(
            Units(number("0.009")),
            {"instrument": LISTED},
            Obstacle(ObstacleKind.TOO_SMALL, "the venue sells at least 0.01 BTC"),
            id="less than the venue's minimum",
        ),
        pytest.param(
            Worth(number("4")),
            {"instrument": LISTED},
            Obstacle(ObstacleKind.TOO_SMALL, "the venue sells at least 5 USD worth"),
            id="worth less than the venue's minimum",
        ),
        pytest.param(
            Units(number("0.00001")),
            {},
            Obstacle(ObstacleKind.TOO_SMALL, "the venue sells at least 0.01 BTC"),
            id="less than a lot",
        ),
        pytest.param(Worth(number("45")), {"priced": UNPRICED}, UNPRICED, id="dollars without a price"),
        pytest.param(
            Worth(number("45")), {"quote_usd": None}, Obstacle(ObstacleKind.NO_USD_PRICE), id="no dollar rate"
        ),
        pytest.param(Share(number("0.5")), {"trouble": SILENT}, SILENT, id="no answer"),
        pytest.param(
            Units(number("9")), {"trouble": SILENT}, SILENT, id="no answer is said before that it is too much"
        ),
        pytest.param(
            Share(number("0.5")), {"locked": number("2")}, Obstacle(ObstacleKind.LOCKED), id="all is staked"
        ),
    ],
)
def test_a_part_that_cannot_be_sold_says_why_and_is_not_confirmed(part, changes, obstacle):
    plan = plan_part(facts(**changes), part)

    assert plan.line.obstacle == obstacle
    assert (plan.shown, plan.line.stays) == (None, None)


def test_dollars_are_converted_where_it_is_sold_for_another_currency():
    in_euro = facts(instrument=an_instrument("BTC/EUR"), quote_usd=number("1.25"), cost_currency="EUR")

    # 112.50 dollars a coin.
    assert plan_part(in_euro, Worth(number("56.25"))).quantity == number("0.5")


@pytest.mark.parametrize(
    ("guarded", "sold", "stays"),
    [
        pytest.param(
            "2", "0.5", Stays(quantity=number("1.5"), guarded=number("1.5")), id="all of it guarded"
        ),
        pytest.param(
            "1", "0.5", Stays(quantity=number("1.5"), guarded=number("0.5")), id="half of it guarded"
        ),
        pytest.param(
            "1", "1.5", Stays(quantity=number("0.5"), guarded=Decimal(0)), id="more than is guarded"
        ),
        pytest.param(
            "1",
            "0.995",
            Stays(
                quantity=number("1.005"), guarded=Decimal(0), too_small="the venue sells at least 0.01 BTC"
            ),
            id="too little is left to be guarded",
        ),
    ],
)
def test_the_guarded_part_is_sold_first_and_what_stays_guarded_is_said(guarded, sold, stays):
    plan = plan_part(facts(guard=a_guard(guarded, "100"), instrument=LISTED), Units(number(sold)))

    assert plan.line.stays == stays


def test_a_part_being_sold_is_sold_no_second_time():
    selling = a_guard("2", "200", state=GuardState.CLOSING)

    line = plan_part(facts(guard=selling), Share(number("0.5"))).line

    assert line.obstacle == Obstacle(ObstacleKind.BEING_SOLD)


def test_what_is_confirmed_as_a_part_stays_one_however_much_more_is_guarded():
    shown = plan_part(facts(guard=a_guard("2", "200")), Share(number("0.5"))).shown

    plan = plan_confirmed(facts(quantity=number("3"), guard=a_guard("3", "300")), shown)

    assert (plan.quantity, plan.is_part) == (1, True)
    assert plan.line.stays == Stays(quantity=Decimal(2), guarded=Decimal(2))


def test_the_share_of_what_was_shown_is_what_its_preview_said():
    shown = plan_closing(TWO).shown

    confirmed = plan_confirmed(TWO, shown.share(number("0.25")))

    assert confirmed.quantity == plan_part(TWO, Share(number("0.25"))).quantity == number("0.5")


quantities = st.decimals(min_value="0.0001", max_value="1000", places=8)
parts = st.one_of(
    st.builds(Share, st.decimals(min_value="0.0001", max_value="1", places=4)),
    st.builds(Units, quantities),
    st.builds(Worth, quantities),
)


@given(held=quantities, part=parts, price=quantities)
def test_no_part_is_more_than_is_held_and_what_stays_is_the_rest(held, part, price):
    priced = ClosingPrice(price=price, at=NOW)
    plan = plan_part(facts(quantity=held, free=str(held), priced=priced), part)

    if plan.line.obstacle is None:
        assert 0 < plan.line.quantity <= held
        if plan.is_part:
            assert plan.line.stays.quantity == held - plan.line.quantity
