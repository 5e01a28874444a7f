from decimal import Decimal

import pytest

from engine.entries.sizing import Amount, EquityShare, Most
from engine.model.venues import Venue
from handlers.arguments import (
    GuardArguments,
    Misread,
    RouteArguments,
    WhyArguments,
    parse_guard,
    parse_route,
    parse_symbol,
    parse_usd,
    parse_venue,
    parse_why,
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("BTC", "BTC"),
        ("btc/usd", "BTC/USD"),
        ("BTC-usd", "BTC/USD"),
        ("brk.b", "BRK.B"),
        ("1inch", "1INCH"),
        ("AAPLx.T", "AAPLx.T"),
        ("AAPLx.T-usd", "AAPLx.T/USD"),
        ("aaplx.t", "AAPLX.T"),
        ("", None),
        ("BTC/", None),
        ("a_b", None),
        ("AAPL250117C00150000", "AAPL250117C00150000"),
        ("aapl250117c00150000", "AAPL250117C00150000"),
        ("GOOGL1250117P00150000", "GOOGL1250117P00150000"),
        ("WIFHATPERPETUALX/usd", "WIFHATPERPETUALX/USD"),
        ("A" * 24, "A" * 24),
        ("A" * 25, None),
        ("BTC:USD", None),
        ("bitcoin", "BTC"),
        ("Ethereum/usd", "ETH/USD"),
        ("DOGECOIN", "DOGE"),
        ("Solana-USD", "SOL/USD"),
        ("NEAR", "NEAR"),
        ("xbt/usd", "BTC/USD"),
    ],
)
def test_symbols(word, expected):
    assert parse_symbol(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("30", "30"),
        ("$30", "30"),
        ("30$", "30"),
        ("1,000", "1000"),
        ("$1,234.56", "1234.56"),
        ("0", "0"),
        ("1,5", None),
        ("12,34", None),
        ("-30", None),
        ("3e5", None),
        ("NaN", None),
        ("\N{ARABIC-INDIC DIGIT THREE}", None),
        ("", None),
    ],
)
def test_amounts(word, expected):
    assert parse_usd(word) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(("word", "expected"), [("Kraken", Venue.KRAKEN), ("binance", None)])
def test_venues(word, expected):
    assert parse_venue(word) == expected


@pytest.mark.parametrize(
    ("typed", "symbol", "usd"),
    [
        ("", None, None),
        ("BTC", "BTC", None),
        ("30", None, "30"),
        ("BTC 30", "BTC", "30"),
        ("$30 btc/usd", "BTC/USD", "30"),
        ("eth 1,000 USD", "ETH", "1000"),
    ],
)
def test_route_reads_symbol_and_size_in_either_order(typed, symbol, usd):
    expected = RouteArguments(symbol=symbol, size=Amount(Decimal(usd)) if usd else None)

    assert parse_route(typed.split()) == expected


@pytest.mark.parametrize(
    "typed", ["BTC ETH", "30 40", "BTC 30 40", "BTC -30", "BTC 1,5", "!", "BTC 0", "9999999999"]
)
def test_route_says_what_it_cannot_read_and_shows_what_it_can(typed):
    misread = parse_route(typed.split())

    assert isinstance(misread, Misread)
    assert isinstance(parse_route(misread.example.split()[1:]), RouteArguments)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("BTC 30 40", "Name one amount; “40” is a second one."),
        ("BTC ETH", "Name one symbol, and an amount in dollars: “ETH” is not an amount."),
        ("BTC -30", "“-30” is neither a symbol nor an amount in dollars."),
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


@pytest.mark.parametrize("amount", ["0.5", "$30", "50%"])
def test_closing_a_part_is_refused_as_what_it_is(amount):
    misread = parse_guard(["BTC", amount], command="close")

    assert misread.why == (
        f"Nothing was done: /close takes no amount, it is about the whole position. “{amount}” was not used."
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("BTC", GuardArguments(symbol="BTC", venue=None)),
        ("btc/usd Kraken", GuardArguments(symbol="BTC/USD", venue=Venue.KRAKEN)),
        ("coinbase eth", GuardArguments(symbol="ETH", venue=Venue.COINBASE)),
    ],
)
def test_guard_reads_symbol_and_broker_in_either_order(typed, expected):
    assert parse_guard(typed.split(), command="guard") == expected


@pytest.mark.parametrize("typed", ["", "kraken", "BTC binance", "!", "BTC kraken coinbase"])
def test_guard_says_what_it_cannot_read_and_shows_what_it_can(typed):
    misread = parse_guard(typed.split(), command="unguard")

    assert isinstance(misread, Misread)
    assert misread.example.startswith("/unguard ")
    assert isinstance(parse_guard(misread.example.split()[1:], command="unguard"), GuardArguments)


@pytest.mark.parametrize(
    "typed", ["BTC kraken -2%", "BTC -2 %", "BTC 5%", "-0.02 BTC", "BTC \N{MINUS SIGN}2%", "ALL -1,5%"]
)
def test_a_threshold_of_one_s_own_is_refused_with_the_one_for_all_guards(typed):
    misread = parse_guard(typed.split(), command="guard", threshold=Decimal("-0.01"))

    assert misread.why.startswith("Nothing was done: ")
    assert "One threshold is for all new guards: the setting NIJA_LIQUIDATION_PNL, now" in misread.why
    assert "know no broker" not in misread.why


def test_a_part_of_a_position_is_no_broker_either():
    misread = parse_guard(["BTC", "-5%"], command="close")

    assert "takes no amount" in misread.why
