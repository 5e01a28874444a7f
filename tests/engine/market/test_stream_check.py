from datetime import timedelta

import pytest

from engine.clock import Moment
from engine.market.stream_check import contradicts, is_late, is_overtaken, lean_of
from tests.builders import NOW, a_mark, a_quote, ago

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


@pytest.mark.parametrize(
    ("dated_s", "waited_s", "late"),
    [
        pytest.param(0, 0, False, id="now"),
        pytest.param(0, 2, False, id="two seconds in the process"),
        pytest.param(0, 2.1, True, id="longer in the process"),
        pytest.param(2, 0, False, id="two seconds on the way"),
        pytest.param(2.1, 0, True, id="longer on the way"),
        pytest.param(1, 1, False, id="a second on the way and one in the process"),
        pytest.param(1, 1.1, True, id="more than two seconds in both together"),
        pytest.param(-60, 2, False, id="a venue whose clock is ahead"),
        pytest.param(-60, 2.1, True, id="too long in the process, though the venue's clock is ahead"),
    ],
)
def test_what_was_pushed_more_than_two_seconds_ago_is_late(dated_s, waited_s, late):
    received = Moment(NOW, 100)

    assert is_late(a_quote(at=ago(dated_s)), received, received + timedelta(seconds=waited_s)) is late


def test_only_what_is_older_than_the_last_mark_is_overtaken():
    assert is_overtaken(a_quote(at=ago(1)), a_mark(at=NOW))
    assert not is_overtaken(a_quote(at=NOW), a_mark(at=NOW))
    assert not is_overtaken(a_quote(at=NOW), a_mark(at=ago(1)))
    assert not is_overtaken(a_quote(at=NOW), None)


@pytest.mark.parametrize(
    ("polled", "lean"),
    [
        pytest.param(("100.3", "101.3"), 1, id="both above"),
        pytest.param(("99.7", "100.7"), -1, id="both below"),
        pytest.param(("99.7", "101.3"), 0, id="around it"),
        pytest.param(("100.2", "101.3"), 0, id="a bid within two tenths of a percent"),
        pytest.param(("100.3", "101.2"), 0, id="an ask within two tenths of a percent"),
        pytest.param(("100", "101"), 0, id="the same"),
        pytest.param(("100", "101.3"), 0, id="one side alone"),
        pytest.param((None, "103"), 0, id="no bid"),
    ],
)
def test_an_answer_leans_only_where_both_its_sides_lie_clearly_to_one_side(polled, lean):
    assert lean_of(a_quote(*polled), a_quote("100", "101")) == lean


def test_an_answer_leans_to_no_side_of_what_was_no_price():
    assert lean_of(a_quote("100", "101"), a_quote(None, "90")) == 0
