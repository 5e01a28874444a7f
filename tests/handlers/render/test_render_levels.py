"""The screens of /target and /stop."""

from decimal import Decimal

import pytest

from engine.guards.guard import AtTarget
from engine.offers.levels import LevelsSet
from handlers.render.levels import render_levels, render_levels_set
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import READER, guard, levels_preview

TARGET = Decimal("0.03")


def test_a_target_is_shown_with_its_price():
    check_golden("levels_target", render_levels(levels_preview(target=TARGET), READER))


def test_a_looser_stop_says_how_much_more_may_be_lost():
    check_golden("levels_stop", render_levels(levels_preview(threshold=Decimal("-0.02")), READER))


def test_a_tighter_stop_is_not_called_looser():
    assert "Looser" not in render_levels(levels_preview(threshold=Decimal("-0.009")), READER).text


def test_without_a_change_it_says_what_could_be_sent():
    screen = render_levels(levels_preview(confirmation_id=None), READER)

    check_golden("levels_shown", screen)
    assert screen.keyboard == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": Decimal("0.004")}, "a move of less than 0.82 % hardly pays: this target is below that"),
        ({"target": TARGET, "is_at_target": True}, "It is there now: it is sold as soon as this is set"),
        ({"before": {"target": TARGET}, "target": None}, "No gain sells it any more; its stop stays."),
    ],
)
def test_what_a_target_means_is_said(changes, said):
    screen = render_levels(levels_preview(**changes), READER)

    assert said in screen.text
    check_fits(screen)


def test_a_target_that_is_taken_off_has_a_button_that_says_so():
    screen = render_levels(levels_preview(before={"target": TARGET}, target=None), READER)

    assert [[button.label for button in row] for row in screen.keyboard] == [["Take the target off"]]


def test_a_target_that_moves_the_stop_shows_where_nothing_is_lost_any_more():
    even = levels_preview(target=TARGET, at_target=AtTarget.BREAK_EVEN)

    check_golden("levels_even", render_levels(even, READER))


def test_a_stop_at_break_even_can_be_taken_off():
    before = {"stop": Decimal("64333.20")}

    screen = render_levels(levels_preview(before=before, stop=None), READER)

    assert "Break-even" in screen.text
    assert "Looser than now" in screen.text
    assert [[button.label for button in row] for row in screen.keyboard] == [["Take this stop off"]]


def test_a_trailing_stop_is_shown_with_where_it_would_be_now():
    trailing = levels_preview(trail=Decimal("0.02"), stop=Decimal(62230))

    check_golden("levels_trailing", render_levels(trailing, READER))


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"trail": None, "stop": None}, "Take this stop off"),
        ({"trail": Decimal("0.05"), "stop": Decimal(60325)}, "Set trailing stop 5.00 %"),
    ],
)
def test_a_trailing_stop_that_is_let_loose_says_so(changes, label):
    before = {"trail": Decimal("0.02"), "stop": Decimal(62230)}

    screen = render_levels(levels_preview(before=before, **changes), READER)

    assert "Looser than now: this stop is further away than before, or gone." in screen.text
    assert [[button.label for button in row] for row in screen.keyboard] == [[label]]


def test_what_was_set_is_shown_as_it_stands():
    check_golden(
        "levels_set",
        render_levels_set(
            LevelsSet(guard=guard(target=TARGET, trail=Decimal("0.02"), stop=Decimal(62230))), READER
        ),
    )
