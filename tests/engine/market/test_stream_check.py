from datetime import timedelta

import pytest

from engine.market.stream_check import contradicts
from tests.builders import a_quote

STILL, MOVING = timedelta(seconds=3), timedelta(seconds=2.9)


def differs(polled, pushed, still_for):
    return contradicts(a_quote(*polled), a_quote(*pushed), still_for=still_for)


@pytest.mark.parametrize(
    ("polled", "still_for", "expected"),
    [
        pytest.param(("99", "101"), MOVING, False, id="a percent, while it moves"),
        pytest.param(("98.99", "100"), MOVING, True, id="more than a percent less"),
        pytest.param(("100", "101.01"), MOVING, True, id="more than a percent more"),
        pytest.param(("99.8", "100.2"), STILL, False, id="two tenths of a percent, standing still"),
        pytest.param(("99.79", "100"), STILL, True, id="less, standing still"),
        pytest.param(("100", "100.21"), STILL, True, id="more, standing still"),
    ],
)
def test_how_far_an_answer_may_be_from_what_was_pushed(polled, still_for, expected):
    assert differs(polled, ("100", "100"), still_for) is expected


@pytest.mark.parametrize(
    "polled", [(None, "100"), ("100", None), ("0", "100"), ("101", "100"), ("NaN", "90")]
)
def test_an_answer_that_is_no_price_denies_nothing(polled):
    assert not differs(polled, ("50", "50"), STILL)


def test_what_was_pushed_and_is_no_price_cannot_be_denied():
    assert not differs(("100", "100"), ("101", "100"), STILL)
