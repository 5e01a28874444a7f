"""What may be typed after /sell."""

from decimal import Decimal

import pytest

from engine.model.venues import Venue
from engine.offers.part import Share, Units, Worth
from handlers.arguments import Misread
from handlers.sale_arguments import SellArguments, parse_sell

HALF = Share(Decimal("0.5"))


@pytest.mark.parametrize(
    ("typed", "symbol", "part", "venue"),
    [
        ("btc", "BTC", None, None),
        ("BTC kraken", "BTC", None, Venue.KRAKEN),
        ("BTC 50%", "BTC", HALF, None),
        ("50% BTC", "BTC", HALF, None),
        ("BTC Kraken 50%", "BTC", HALF, Venue.KRAKEN),
        ("BTC 12.5%", "BTC", Share(Decimal("0.125")), None),
        ("BTC 100%", "BTC", Share(Decimal(1)), None),
        ("BTC all", "BTC", Share(Decimal(1)), None),
        ("BTC max", "BTC", Share(Decimal(1)), None),
        ("BTC 0.05", "BTC", Units(Decimal("0.05")), None),
        ("BTC .05", "BTC", Units(Decimal("0.05")), None),
        ("DOGE 1,000.5", "DOGE", Units(Decimal("1000.5")), None),
        ("BTC $100", "BTC", Worth(Decimal(100)), None),
        ("BTC 100$", "BTC", Worth(Decimal(100)), None),
        ("BTC 100 USD", "BTC", Worth(Decimal(100)), None),
        ("BTC $1,000.50 alpaca", "BTC", Worth(Decimal("1000.5")), Venue.ALPACA),
        ("btc-usd 50%", "BTC/USD", HALF, None),
        ("1INCH 5", "1INCH", Units(Decimal(5)), None),
        ("bitcoin 50%", "BTC", HALF, None),
    ],
)
def test_symbol_part_and_broker_are_read_in_any_order(typed, symbol, part, venue):
    assert parse_sell(typed.split()) == SellArguments(symbol=symbol, part=part, venue=venue)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Which position? /closeall sells everything"),
        ("50%", "Which position?"),
        ("all", "Which position?"),
        ("BTC 0", "Name more than 0."),
        ("BTC 0%", "more than 0% and at most 100%"),
        ("BTC 101%", "more than 0% and at most 100%"),
        ("BTC -5", "“-5” is no part"),
        ("BTC -5%", "“-5%” is no part"),
        ("BTC 0,5", "“0,5” is no part. Write 0.05 coins, 50% or $100."),
        ("BTC $0", "“$0” is no amount in dollars"),
        ("BTC $1.2.3", "“$1.2.3” is no amount in dollars"),
        ("BTC 1.2.3", "“1.2.3” is no part"),
        ("BTC ETH", "“ETH” is neither a part like 0.05, 50% or $100 nor a broker"),
        ("BTC 5 50%", "“50%” is a second one"),
        ("BTC binance", "“binance” is neither"),
        ("BTC kraken alpaca", "Name one broker, or none."),
        ("<b> 5", "“<b>” is not a symbol."),
        ("BTC 0.0000000000000000001", "is no part"),
    ],
)
def test_what_cannot_be_read_says_so_and_shows_what_could(typed, why):
    misread = parse_sell(typed.split())

    assert isinstance(misread, Misread)
    assert misread.why.startswith("Nothing was done. ")
    assert why in misread.why
    assert isinstance(parse_sell(misread.example.split()[1:]), SellArguments)
    assert all(isinstance(parse_sell(one.split()[1:]), SellArguments) for one in misread.others)
