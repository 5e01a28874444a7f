from dataclasses import replace
from decimal import Decimal

from engine.entries.preferences import OutOfRange
from handlers.render.settings import render_out_of_range, render_settings
from tests.handlers.fakes import RULES
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import READER, ago


def test_the_settings_say_how_to_change_each():
    changed = replace(RULES, share=Decimal("0.025"), daily_loss_usd=Decimal("1234.5"))

    check_golden("settings", render_settings(RULES, READER), render_settings(changed, READER))


def test_a_change_that_came_too_late_says_that_nothing_was_changed():
    text = render_settings(RULES, READER, sent_at=ago(minutes=3)).text

    assert "You sent this 3 min ago, while NIJA could not answer, so nothing was changed." in text


def test_a_size_out_of_range_names_the_range():
    text = render_out_of_range(OutOfRange()).text

    assert text.startswith("The usual size can be 1 % to 25 % of total equity. Nothing was changed.")
