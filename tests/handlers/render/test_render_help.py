from dataclasses import dataclass

import pytest

from engine.portfolio.view import NotGuarded
from handlers.render.help import render_help, render_start, render_unknown
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import READER, portfolio, position


@dataclass(frozen=True)
class Line:
    name: str
    form: str = ""
    help: str = "something"


COMMANDS = (Line("balance", help="equity & more"), Line("route", "[SYMBOL] [USD]"), Line("unguard", "SYMBOL"))


def test_start_says_what_is_done_and_not_done_and_what_is_guarded():
    held = portfolio(position(), position(not_guarded=NotGuarded.PRICE_UNKNOWN), position(guard=None))

    check_golden("start", render_start(held, READER))


def test_start_without_guards_says_so():
    assert "Nothing is guarded now." in render_start(portfolio(position(guard=None)), READER).text


def test_help_is_one_line_a_command():
    check_golden("help", render_help(COMMANDS))


@pytest.mark.parametrize("typed", ["/balnce", "/BALANCE please", "balance", "/balance@somebody", "ballance"])
def test_what_is_near_a_command_names_it(typed):
    assert "/balance" in render_unknown(typed, COMMANDS).text


def test_a_command_that_does_not_exist_is_named():
    text = render_unknown("/sell&buy BTC", COMMANDS).text

    assert text == "I know no command /sell&amp;buy; /help lists them. Nothing was done."


def test_what_has_another_name_here_is_found():
    assert "/close?" in render_unknown("/sell BTC", (Line("closeall"), Line("close"))).text


@pytest.mark.parametrize("typed", ["", "   ", "hello there", "/", "\N{CYCLONE}"])
def test_what_is_near_nothing_points_to_help(typed):
    assert "/help" in render_unknown(typed, COMMANDS).text


@pytest.mark.parametrize("typed", ["hello", "hello there"])
def test_a_greeting_is_not_taken_for_a_command(typed):
    commands = (Line("help"), Line("halt"), Line("close"))

    assert (
        render_unknown(typed, commands).text
        == "I understand commands only; /help lists them. Nothing was done."
    )
