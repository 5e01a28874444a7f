from decimal import Decimal

import pytest

from engine.model.venues import Venue
from handlers.arguments import Misread, Named, parse_guard, parse_symbol, parse_usd, parse_venue


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


@pytest.mark.parametrize("amount", ["0.5", "$30", "50%"])
def test_closing_a_part_is_refused_as_what_it_is(amount):
    misread = parse_guard(["BTC", amount], command="close")

    assert misread.why == (
        f"Nothing was done: /close takes no amount, it is about the whole position. “{amount}” was not used."
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("BTC", Named(symbol="BTC", venue=None)),
        ("btc/usd Kraken", Named(symbol="BTC/USD", venue=Venue.KRAKEN)),
        ("coinbase eth", Named(symbol="ETH", venue=Venue.COINBASE)),
    ],
)
def test_guard_reads_symbol_and_broker_in_either_order(typed, expected):
    assert parse_guard(typed.split(), command="guard") == expected


@pytest.mark.parametrize("typed", ["", "kraken", "BTC binance", "!", "BTC kraken coinbase"])
def test_guard_says_what_it_cannot_read_and_shows_what_it_can(typed):
    misread = parse_guard(typed.split(), command="unguard")

    assert isinstance(misread, Misread)
    assert misread.example.startswith("/unguard ")
    assert isinstance(parse_guard(misread.example.split()[1:], command="unguard"), Named)


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
