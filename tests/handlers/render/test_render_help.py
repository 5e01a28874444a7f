from dataclasses import dataclass
from decimal import Decimal

import pytest

from engine.market.mark import PriceProblem, PriceUnknown
from engine.users.roles import Role
from handlers.render.help import render_help, render_start, render_unknown
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import READER, portfolio, position


@dataclass(frozen=True)
class Line:
    name: str
    form: str = ""
    help: str = "something"
    role: Role = Role.VIEWER


COMMANDS = (Line("balance", help="equity & more"), Line("route", "[SYMBOL] [USD]"), Line("unguard", "SYMBOL"))


def test_start_says_what_is_done_and_not_done_and_what_is_guarded():
    held = portfolio(
        position(), position(mark=PriceUnknown(problem=PriceProblem.NO_QUOTE)), position(guard=None)
    )

    check_golden("start", render_start(held, READER))


def test_start_without_guards_says_so():
    assert "Nothing is guarded now." in render_start(portfolio(position(guard=None)), READER).text


def test_help_is_one_line_a_command():
    check_golden("help", render_help(COMMANDS, Decimal("-0.01")))


@pytest.mark.parametrize("typed", ["/balnce", "/BALANCE please", "balance", "/balance@somebody", "ballance"])
def test_what_is_near_a_command_names_it(typed):
    assert "/balance" in render_unknown(typed, COMMANDS).text


def test_a_command_that_does_not_exist_is_named():
    text = render_unknown("/now&then BTC", COMMANDS).text

    assert text == "I know no command /now&amp;then; /help lists them. Nothing was done."


@pytest.mark.parametrize(
    "typed",
    [
        "/stop",
        "stop",
        "Stop!",
        "please stop",
        "/panic",
        "PANIC",
        "/panic@nija_bot",
        "sell everything",
        "sell it all now",
        "close everything",
        "get me out of everything",
        "/sell BTC",
        "/sell_all",
        "/stop_all",
        "/stopguard",
        "/emergencystop",
        "why are you selling?!",
        "KILL IT",
        "/unguard_all",
        "/quit",
    ],
)
def test_who_wants_it_to_end_reads_what_ends_what(typed):
    text = render_unknown(typed, (Line("history"), Line("balance"), Line("close"))).text

    assert "Did you mean" not in text
    assert "/panic stops buys and sells everything" in text
    assert "/closeall sells everything" in text
    assert "/unguard SYMBOL stops a guard" in text
    assert "/halt blocks buys only" in text
    assert "Nothing was done; guards go on selling." in text


@pytest.mark.parametrize("typed", ["/settings", "/config", "/wallet"])
def test_nothing_is_guessed_where_no_command_is_near(typed):
    commands = [Line(name) for name in ("positions", "balance", "status", "history", "close", "halt")]

    assert "Did you mean" not in render_unknown(typed, commands).text


def test_start_says_that_later_buys_are_not_guarded():
    assert (
        "What you buy elsewhere later is not guarded until you send /guard SYMBOL."
        in render_start(portfolio(), READER).text
    )


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


@pytest.mark.parametrize("typed", ["/long BTC 30", "buy BTC", "/trade", "/order btc"])
def test_who_wants_to_buy_in_other_words_is_led_to_the_command(typed):
    text = render_unknown(typed, COMMANDS).text

    assert text.startswith("/buy SYMBOL USD shows where a buy costs least")
    assert text.endswith("Nothing was done.")


@pytest.mark.parametrize("typed", ["/profits", "/Losses BTC", "profit", "/profit", "/performance"])
def test_who_asks_for_results_is_led_to_what_was_sold_and_to_what_is_held(typed):
    text = render_unknown(typed, COMMANDS).text

    assert "/history each sale, /positions what you hold stands at. Nothing was done." in text
    assert text.startswith("/pnl shows what sales brought today")
