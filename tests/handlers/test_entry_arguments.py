from decimal import Decimal

import pytest

from engine.entries.sizing import Amount, EquityShare, Most
from engine.model.venues import Venue
from handlers.arguments import Misread
from handlers.entry_arguments import (
    BuyArguments,
    RouteArguments,
    SettingsArguments,
    SettingsChange,
    WhyArguments,
    parse_buy,
    parse_route,
    parse_settings,
    parse_why,
)
from handlers.render.numbers import MINUS

THRESHOLD = Decimal("-0.01")


@pytest.mark.parametrize(
    ("typed", "symbol", "size"),
    [
        ("", None, None),
        ("BTC", "BTC", None),
        ("30", None, Amount(Decimal(30))),
        ("BTC 30", "BTC", Amount(Decimal(30))),
        ("$30 btc/usd", "BTC/USD", Amount(Decimal(30))),
        ("eth 1,000 USD", "ETH", Amount(Decimal(1000))),
        ("BTC 5%", "BTC", EquityShare(Decimal("0.05"))),
        ("max", None, Most()),
    ],
)
def test_route_reads_symbol_and_size_in_either_order(typed, symbol, size):
    assert parse_route(typed.split()) == RouteArguments(symbol=symbol, size=size)


@pytest.mark.parametrize(
    "typed", ["BTC ETH", "30 40", "BTC 30 40", "BTC -30", "BTC 1,5", "!", "BTC 0", "9999999999"]
)
def test_route_says_what_it_cannot_read_and_shows_what_it_can(typed):
    misread = parse_route(typed.split())

    assert isinstance(misread, Misread)
    assert misread.example.startswith("/route ")
    assert isinstance(parse_route(misread.example.split()[1:]), RouteArguments)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("BTC 30 40", "Name one size; “40” is a second one."),
        ("BTC ETH", "Name one symbol, and a size like 30, 5% or max: “ETH” is neither."),
        ("BTC -30", "Name one symbol, and a size like 30, 5% or max: “-30” is neither."),
    ],
)
def test_route_says_which_word_is_wrong_and_how(typed, why):
    assert parse_route(typed.split()).why == why


@pytest.mark.parametrize(
    ("typed", "symbol", "size"),
    [
        ("BTC", "BTC", None),
        ("btc/usd $30", "BTC/USD", Amount(Decimal(30))),
        ("1,000 USD eth", "ETH", Amount(Decimal(1000))),
        ("BTC 5%", "BTC", EquityShare(Decimal("0.05"))),
        ("BTC 2,5%", "BTC", EquityShare(Decimal("0.025"))),
        ("Max sol", "SOL", Most()),
    ],
)
def test_why_reads_a_symbol_and_a_size_in_every_notation(typed, symbol, size):
    assert parse_why(typed.split()) == WhyArguments(symbol=symbol, size=size)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Which coin or stock? Name one."),
        ("30", "Which coin or stock? Name one."),
        ("BTC 30 5%", "Name one size; “5%” is a second one."),
        ("BTC ETH", "Name one symbol, and a size like 30, 5% or max: “ETH” is neither."),
        ("!", "“!” is not a symbol."),
        ("BTC 0", "The size must be more than $0 and at most $1,000,000,000."),
        ("BTC 0%", "The size must be more than 0% and at most 100% of total equity."),
        ("BTC 101%", "The size must be more than 0% and at most 100% of total equity."),
    ],
)
def test_why_says_which_word_is_wrong_and_shows_what_it_can_read(typed, why):
    misread = parse_why(typed.split())

    assert misread.why == why
    assert isinstance(parse_why(misread.example.split()[1:]), WhyArguments)


@pytest.mark.parametrize(
    ("typed", "change", "value"),
    [
        ("size 5%", SettingsChange.SIZE, "0.05"),
        ("SIZE 12,5%", SettingsChange.SIZE, "0.125"),
        ("size Usual", SettingsChange.SIZE, None),
        ("loss $1,000", SettingsChange.LOSS, "1000"),
        ("loss OFF", SettingsChange.LOSS, None),
    ],
)
def test_settings_read_a_name_and_a_value(typed, change, value):
    expected = SettingsArguments(change=change, value=None if value is None else Decimal(value))

    assert parse_settings(typed.split(), threshold=THRESHOLD) == expected


@pytest.mark.parametrize("typed", ["threshold 2%", "Stop -2%", "stop-loss 2"])
def test_settings_say_where_the_threshold_is_set(typed):
    misread = parse_settings(typed.split(), threshold=THRESHOLD)

    assert misread.why == (
        "Nothing was changed: the threshold is set on the server. One threshold is for all new guards: the setting "
        f"NIJA_LIQUIDATION_PNL, now {MINUS}1.00 %."
    )


@pytest.mark.parametrize("read", [parse_route, parse_why])
def test_a_broker_is_no_coin(read):
    assert read(["kraken", "30"]).why.startswith(
        "“kraken” is a broker: each of Kraken, Coinbase, Alpaca is compared."
    )


def test_settings_without_a_name_change_nothing():
    assert parse_settings([], threshold=THRESHOLD) is None


@pytest.mark.parametrize(
    "typed", ["size", "size 30", "size max", "size 0%", "loss 5%", "loss 0", "colour red", "size 5% now"]
)
def test_settings_say_what_they_cannot_read_and_show_what_they_can(typed):
    misread = parse_settings(typed.split(), threshold=THRESHOLD)

    assert isinstance(misread, Misread)
    assert misread.why.startswith("Nothing was changed.")
    assert isinstance(parse_settings(misread.example.split()[1:], threshold=THRESHOLD), SettingsArguments)


@pytest.mark.parametrize(
    ("typed", "examples"),
    [
        ("colour red", ["/settings size 5%", "/settings loss 50"]),
        ("loss", ["/settings loss 50", "/settings loss off"]),
        ("size 5% now", ["/settings size 5%", "/settings size usual"]),
    ],
)
def test_settings_name_what_there_is_to_set_with_examples(typed, examples):
    misread = parse_settings(typed.split(), threshold=THRESHOLD)

    assert [misread.example, *misread.others] == examples
    assert all(
        isinstance(parse_settings(one.split()[1:], threshold=THRESHOLD), SettingsArguments)
        for one in examples
    )


@pytest.mark.parametrize(
    ("typed", "symbol", "size", "venue"),
    [
        ("BTC", "BTC", None, None),
        ("btc $30", "BTC", Amount(Decimal(30)), None),
        ("BTC 5% kraken", "BTC", EquityShare(Decimal("0.05")), Venue.KRAKEN),
        ("Alpaca eth/usd max", "ETH/USD", Most(), Venue.ALPACA),
    ],
)
def test_buy_reads_symbol_size_and_broker_in_any_order(typed, symbol, size, venue):
    assert parse_buy(typed.split()) == BuyArguments(symbol=symbol, size=size, venue=venue)


@pytest.mark.parametrize(
    "typed", ["", "30", "kraken", "BTC 30 40", "BTC ETH", "BTC kraken alpaca", "BTC -30"]
)
def test_a_buy_that_is_not_understood_comes_with_a_line_that_is(typed):
    misread = parse_buy(typed.split())

    assert isinstance(misread, Misread)
    assert isinstance(parse_buy(misread.example.split()[1:]), BuyArguments)
