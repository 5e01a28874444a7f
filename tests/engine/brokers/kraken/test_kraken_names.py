from decimal import Decimal

import pytest

from engine.brokers.kraken.names import Part, parse_catalog
from engine.brokers.parse import MalformedAnswerError
from engine.instruments import TradingStatus
from tests.engine.brokers.kraken.listings import ASSETS, CATALOG, PAIRS, pair


def test_instruments_carry_our_names_and_exact_steps():
    btc = CATALOG.instruments["BTC/USD"]
    assert (btc.base, btc.quote, btc.lot, btc.tick) == ("BTC", "USD", Decimal("1e-8"), Decimal("0.1"))
    assert (btc.minimum_quantity, btc.minimum_notional) == (Decimal("0.0001"), Decimal("0.5"))
    assert CATALOG.instruments["DOGE/USD"].minimum_quantity == 50


def test_without_a_tick_size_the_pair_decimals_are_the_tick():
    row = pair("XBTUSD", "XBT/USD", "XXBT", "ZUSD", tick_size=None)
    assert parse_catalog(ASSETS, {"XXBTZUSD": row}).instruments["BTC/USD"].tick == Decimal("0.1")


def test_states_are_known_ones_or_unavailable():
    assert CATALOG.instruments["ETH/USD"].status is TradingStatus.CANCEL_ONLY
    row = pair("XBTUSD", "XBT/USD", "XXBT", "ZUSD", status="something_new")
    catalog = parse_catalog(ASSETS, {"XXBTZUSD": row})
    assert catalog.instruments["BTC/USD"].status is TradingStatus.UNAVAILABLE


def test_a_dark_pool_pair_is_not_listed_but_its_trades_have_a_name():
    assert CATALOG.pair_ids["BTC/USD"] == "XXBTZUSD"
    assert CATALOG.pair("XXBTZUSD.d").symbol == "BTC/USD"


@pytest.mark.parametrize("name", ["XXBTZUSD", "XBTUSD", "XBT/USD"])
def test_a_pair_is_known_by_all_its_names(name):
    assert CATALOG.pair(name).symbol == "BTC/USD"


def test_a_delisted_pair_is_taken_apart_into_known_assets():
    assert CATALOG.pair("XETHZEUR").symbol == "ETH/EUR"
    assert CATALOG.pair("LUNAMOON").symbol == "LUNAMOON"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("XXBT", ("BTC", Part.FREE)),
        ("ZUSD", ("USD", Part.FREE)),
        ("XXDG", ("DOGE", Part.FREE)),
        ("USDT.F", ("USDT", Part.FREE)),
        ("XBT.F", ("BTC", Part.FREE)),
        ("XBT.M", ("BTC", Part.LOCKED)),
        ("XBT.B", ("BTC", Part.LOCKED)),
        ("DOT.S", ("DOT", Part.LOCKED)),
        ("DOT28.S", ("DOT", Part.LOCKED)),
        ("ETH2.S", ("ETH", Part.LOCKED)),
        ("USD.HOLD", ("USD", Part.HELD)),
        ("NEWCOIN", ("NEWCOIN", Part.FREE)),
        ("NEWCOIN.S", ("NEWCOIN", Part.LOCKED)),
        ("AAPLX.T", ("AAPLX.T", Part.FREE)),
    ],
)
def test_suffixed_assets_are_parts_of_their_base_asset(name, expected):
    assert CATALOG.asset_part(name) == expected


@pytest.mark.parametrize(
    ("assets", "pairs"),
    [
        (ASSETS, {}),
        (ASSETS, None),
        ("<html>", PAIRS),
        ({"XXBT": {}}, PAIRS),
        (ASSETS, {"X": {"altname": "X"}}),
        (ASSETS, {"X": pair("X", "X/USD", "X", "ZUSD", lot_decimals="many")}),
        (ASSETS, {"X": pair("X", "X/USD", "X", "ZUSD", lot_decimals=-1)}),
    ],
)
def test_garbage_is_no_catalog(assets, pairs):
    with pytest.raises(MalformedAnswerError):
        parse_catalog(assets, pairs)
