from decimal import Decimal

import pytest

from demo.lines import (
    ClearFaults,
    Do,
    Misread,
    MovePrice,
    Outage,
    PlanFault,
    Press,
    Say,
    SetPrice,
    ShowLedger,
    Wait,
    WaitFor,
    parse_line,
)

VENUES = ("kraken", "coinbase")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/balance", Say("/balance")),
        ("Guard all from cost", Say("Guard all from cost")),
        (" 12 ", Press(12)),
        ("!price btc -2%", MovePrice("BTC", Decimal("-0.02"))),
        ("!price BTC +0.5 %", MovePrice("BTC", Decimal("0.005"))),
        ("!price BTC \N{MINUS SIGN}2%", MovePrice("BTC", Decimal("-0.02"))),
        ("!price BTC 61000", SetPrice("BTC", Decimal(61_000))),
        ("!price BTC $61000.5", SetPrice("BTC", Decimal("61000.5"))),
        ("!fault kraken AddOrder drop", PlanFault("kraken", "AddOrder", "drop", 1)),
        ("!fault kraken AddOrder truncate 3", PlanFault("kraken", "AddOrder", "truncate", 3)),
        ("!fault kraken AddOrder down", PlanFault("kraken", "AddOrder", "down", None)),
        ("!fault kraken AddOrder down 2", PlanFault("kraken", "AddOrder", "down", 2)),
        ("!fault kraken POST /v2/orders lost 2", PlanFault("kraken", "POST /v2/orders", "lost", 2)),
        ("!fault kraken clear", ClearFaults("kraken")),
        ("!fault telegram clear", ClearFaults("telegram")),
        ("!fault telegram outage", Outage()),
        ("!ledger coinbase", ShowLedger("coinbase")),
        ("!wait 4", Wait(4.0)),
        ("!wait EMERGENCY LIQUIDATION", WaitFor("EMERGENCY LIQUIDATION")),
        ("!restart", Do("restart")),
        ("!quit", Do("quit")),
        ("   ", None),
    ],
)
def test_a_line_is_read_as_what_is_to_be_done(text, line):
    assert parse_line(text, VENUES) == line


@pytest.mark.parametrize(
    "text",
    [
        "!price",
        "!price BTC",
        "!price BTC -100%",
        "!price BTC 0",
        "!price BTC cheap",
        "!fault nasdaq AddOrder drop",
        "!fault kraken AddOrder sulk",
        "!fault kraken AddOrder drop 0",
        "!ledger nasdaq",
        "!wait",
        "!kill now",
        "!",
    ],
)
def test_a_line_that_means_nothing_is_answered_with_what_would(text):
    assert isinstance(parse_line(text, VENUES), Misread)


def test_a_world_s_word_that_lacks_something_is_answered_with_its_form():
    assert parse_line("!ledger", VENUES) == Misread("!ledger kraken|coinbase")
    assert parse_line("!wait", VENUES).hint.startswith("!wait SECONDS")
    assert parse_line("!fault kraken drop", VENUES).hint.startswith(
        "!fault kraken|coinbase ENDPOINT drop|lost"
    )


@pytest.mark.parametrize("text", ["/quit", "quit", "/exit", "EXIT"])
def test_somebody_who_wants_to_leave_is_told_how(text):
    assert parse_line(text, VENUES) == Misread("!quit ends the demo")
