"""What is typed after /target and /stop."""

from decimal import Decimal

import pytest

from engine.guards.guard import AtTarget
from engine.model.venues import Venue
from engine.offers.levels_plan import KEEP, Change
from handlers.arguments import Misread
from handlers.level_arguments import LevelArguments, parse_stop, parse_target

OFF = Change(target=None)


def target(text):
    return Change(target=Decimal(text))


def even(text):
    return Change(target=Decimal(text), at_target=AtTarget.BREAK_EVEN)


def stop(text):
    return Change(threshold=Decimal(text))


@pytest.mark.parametrize(
    ("typed", "symbol", "venue", "change"),
    [
        ("BTC", "BTC", None, KEEP),
        ("btc 3", "BTC", None, target("0.03")),
        ("BTC 2.5% kraken", "BTC", Venue.KRAKEN, target("0.025")),
        ("BTC kraken +0,8", "BTC", Venue.KRAKEN, target("0.008")),
        ("BTC off", "BTC", None, OFF),
        ("eth/usd OFF coinbase", "ETH/USD", Venue.COINBASE, OFF),
        ("BTC 3 even", "BTC", None, even("0.03")),
        ("BTC breakeven 3% kraken", "BTC", Venue.KRAKEN, even("0.03")),
        ("1INCH 1000", "1INCH", None, target("10")),
    ],
)
def test_a_target_is_a_gain_in_percent_or_off(typed, symbol, venue, change):
    assert parse_target(typed.split()) == LevelArguments(symbol=symbol, venue=venue, change=change)


@pytest.mark.parametrize(
    ("typed", "change"),
    [
        ("BTC", KEEP),
        ("BTC 2", stop("-0.02")),
        ("BTC -2%", stop("-0.02")),
        ("BTC \N{MINUS SIGN}2,5", stop("-0.025")),
        ("BTC 50", stop("-0.5")),
        ("BTC trail 2", Change(trail=Decimal("0.02"))),
        ("BTC TRAIL 0.1% kraken", Change(trail=Decimal("0.001"))),
        ("BTC trail off", Change(trail=None)),
    ],
)
def test_a_stop_is_a_loss_in_percent_whatever_its_sign(typed, change):
    assert parse_stop(typed.split()).change == change


@pytest.mark.parametrize(
    ("parse", "typed", "why"),
    [
        (parse_target, "", "Which position?"),
        (parse_target, "ALL 3", "is not one position"),
        (parse_target, "BTC 0", "more than 0 %"),
        (parse_target, "BTC even", "Name the gain"),
        (parse_target, "BTC 1001", "at most 1,000 %"),
        (parse_target, "BTC 3 binance", "binance"),
        (parse_target, "BTC 3 4", "4"),
        (parse_stop, "BTC 0", "more than 0 %"),
        (parse_stop, "BTC 51", "at most 50.00 %"),
        (parse_stop, "BTC off", "off"),
        (parse_stop, "BTC trail", "or off"),
        (parse_stop, "BTC trail 0.05", "0.10 % to 50.00 %"),
        (parse_stop, "BTC trail 60", "0.10 % to 50.00 %"),
        (parse_stop, "BTC kraken coinbase 2", "Name one broker"),
    ],
)
def test_what_cannot_be_read_changes_nothing_and_shows_what_could(parse, typed, why):
    misread = parse(typed.split())

    assert isinstance(misread, Misread)
    assert why in misread.why
    assert misread.example in {"/target BTC 3", "/target BTC 3 even", "/stop BTC 2", "/stop BTC trail 2"}
