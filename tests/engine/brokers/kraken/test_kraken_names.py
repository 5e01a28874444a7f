from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.kraken.names import Part, parse_catalog
from engine.brokers.parse import MalformedAnswerError
from engine.model.currencies import is_currency
from engine.model.instruments import TradingStatus
from engine.model.money import is_cash
from tests.engine.brokers.kraken.listings import ASSETS, CATALOG, PAIRS, asset, pair


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
        ("ETH2", ("ETH", Part.LOCKED)),
        ("XBT.Z", ("XBT.Z", Part.LOCKED)),
        ("SOL03.S", ("SOL", Part.LOCKED)),
        ("LUNA.F", ("LUNA", Part.FREE)),
        ("LUNA2.F", ("LUNA2", Part.FREE)),
        ("LUNA2", ("LUNA2", Part.FREE)),
        ("LUNA28.S", ("LUNA", Part.LOCKED)),
        ("LUNA228.S", ("LUNA2", Part.LOCKED)),
        ("API3.M", ("API3", Part.LOCKED)),
        ("API321.S", ("API3", Part.LOCKED)),
        ("NEWCOIN7.S", ("NEWCOIN7", Part.LOCKED)),
        ("DOT.P", ("DOT", Part.LOCKED)),
        ("KFEE", ("KFEE", Part.FREE)),
        ("USD.HOLD", ("USD", Part.LOCKED)),
        ("XBT.HOLD", ("BTC", Part.HELD)),
        ("NEWCOIN", ("NEWCOIN", Part.FREE)),
        ("NEWCOIN.S", ("NEWCOIN", Part.LOCKED)),
        ("AAPLX.T", ("AAPLX.T", Part.FREE)),
    ],
)
def test_suffixed_assets_are_parts_of_their_base_asset(name, expected):
    assert CATALOG.asset_part(name) == expected


SUFFIXES = {
    ".F": Part.FREE,
    ".S": Part.LOCKED,
    ".M": Part.LOCKED,
    ".B": Part.LOCKED,
    ".P": Part.LOCKED,
    ".HOLD": Part.HELD,
}
LISTED = st.from_regex(r"[A-Z]{3,5}[0-9]{0,2}", fullmatch=True)


@given(listed=st.sets(LISTED, min_size=1), suffix=st.sampled_from(sorted(SUFFIXES)))
def test_a_listed_name_is_itself_whatever_its_suffix(listed, suffix):
    catalog = parse_catalog({name: asset(name) for name in listed - {"XBT", "XDG", "ETH2"}}, PAIRS)

    coins = [name for name in catalog.assets if not (is_cash(name) or is_currency(name))]

    assert {name: catalog.asset_part(name + suffix) for name in coins} == {
        name: (name, SUFFIXES[suffix]) for name in coins
    }


@given(name=st.from_regex(r"[A-Z]{4,5}", fullmatch=True), days=st.integers(0, 99))
def test_the_days_of_a_bonded_coin_are_no_part_of_its_name(name, days):
    catalog = parse_catalog({name: asset(name)}, PAIRS)

    assert catalog.asset_part(f"{name}{days:02}.S") == (name, Part.LOCKED)


@pytest.mark.parametrize(
    ("assets", "pairs"),
    [
        (ASSETS, {}),
        (ASSETS, None),
        ("<html>", PAIRS),
        ({"XXBT": {}}, PAIRS),
        (ASSETS, {"X": {"altname": "X"}}),
        (ASSETS, {"X": pair("X", "X/USD", None, "ZUSD")}),
    ],
)
def test_garbage_is_no_catalog(assets, pairs):
    with pytest.raises(MalformedAnswerError):
        parse_catalog(assets, pairs)
