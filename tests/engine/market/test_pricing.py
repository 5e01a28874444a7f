"""Assets are valued through pairs of their own venue, at what selling would bring."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.market.pricing import (
    choose_entry_symbol,
    choose_exit_symbol,
    plan_price_path,
    plan_symbols,
    value_in_usd,
)
from engine.model.instruments import Instrument
from engine.model.quotes import Quote
from engine.model.venues import Venue

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


def listed(*symbols, venue=Venue.KRAKEN):
    return {
        symbol: Instrument(
            venue=venue,
            symbol=symbol,
            base=symbol.split("/")[0],
            quote=symbol.split("/")[1],
            lot=Decimal("0.00000001"),
            tick=Decimal("0.01"),
            minimum_quantity=Decimal("0.0001"),
            minimum_notional=Decimal("0.5"),
        )
        for symbol in symbols
    }


def quoted(symbol, bid, ask):
    return {symbol: Quote(symbol=symbol, bid=bid and Decimal(bid), ask=ask and Decimal(ask), at=AT)}


def test_a_dollar_is_a_dollar_without_any_quote():
    assert value_in_usd("USD", {}, {}) == 1


def test_an_asset_is_worth_its_bid():
    value = value_in_usd("BTC", listed("BTC/USD"), quoted("BTC/USD", "50000", "50010"))

    assert value == Decimal(50000)


def test_a_currency_quoted_the_other_way_round_is_bought_at_the_ask():
    value = value_in_usd("JPY", listed("USD/JPY"), quoted("USD/JPY", "159", "160"))

    assert value == Decimal("0.00625")


def test_an_asset_without_a_dollar_pair_goes_over_a_bridge():
    instruments = listed("XYZ/EUR", "EUR/USD")
    quotes = quoted("XYZ/EUR", "2", "2.1") | quoted("EUR/USD", "1.1", "1.2")

    assert plan_price_path("XYZ", instruments) == ("XYZ/EUR", "EUR/USD")
    assert value_in_usd("XYZ", instruments, quotes) == Decimal("2.2")


@pytest.mark.parametrize(
    ("venue", "prices", "path", "worth"),
    [
        (Venue.COINBASE, {"XYZ/EURC": "2", "EURC/USDC": "1.1"}, ("XYZ/EURC", "EURC/USDC"), "2.2"),
        (
            Venue.COINBASE,
            {"XYZ/EURC": "2", "EURC/EUR": "1", "EUR/USD": "1.1"},
            ("XYZ/EURC", "EURC/EUR", "EUR/USD"),
            "2.2",
        ),
        (Venue.COINBASE, {"XYZ/PYUSD": "2"}, ("XYZ/PYUSD",), "2"),
        (Venue.KRAKEN, {"XYZ/USDQ": "2", "USDQ/USD": "1.1"}, ("XYZ/USDQ", "USDQ/USD"), "2.2"),
        (Venue.KRAKEN, {"XYZ/CAD": "2", "USD/CAD": "0.8"}, ("XYZ/CAD", "USD/CAD"), "2.5"),
        (Venue.KRAKEN, {"XYZ/BRL": "2", "USDT/BRL": "5", "USDT/USD": "1"}, None, "0.4"),
        (Venue.KRAKEN, {"XYZ/BRL": "2", "USDT/BRL": "5", "USDT/USD": "0.5"}, None, "0.2"),
        (Venue.KRAKEN, {"XYZ/EUR": "3", "XYZ/EURC": "2", "EUR/USD": "1", "EURC/USD": "1"}, None, "3"),
    ],
)
def test_an_asset_is_worth_something_whatever_money_it_is_quoted_in(venue, prices, path, worth):
    instruments, quotes = listed(*prices, venue=venue), {}
    for symbol, price in prices.items():
        quotes |= quoted(symbol, price, price)

    assert path is None or plan_price_path("XYZ", instruments) == path
    assert value_in_usd("XYZ", instruments, quotes) == Decimal(worth)


def test_a_way_to_the_dollar_of_more_than_three_pairs_is_no_price():
    instruments = listed("XYZ/EURC", "EURC/EURQ", "EURQ/EUR", "EUR/USD")

    assert plan_price_path("XYZ", instruments) == ()


@pytest.mark.parametrize("quote", ["EURC", "EURQ", "CAD", "BRL", "SGD", "USDQ"])
def test_an_asset_can_be_sold_for_whatever_money_it_is_quoted_in(quote):
    assert choose_exit_symbol("XYZ", None, listed(f"XYZ/{quote}", "XYZ/ETH")) == f"XYZ/{quote}"


def test_a_stablecoin_nobody_trades_for_dollars_is_unknown_not_one():
    assert value_in_usd("USDC", listed("BTC/USDC"), quoted("BTC/USDC", "1", "2")) is None


@pytest.mark.parametrize("asset", ["USDC", "PYUSD"])
@pytest.mark.parametrize(
    ("venue", "worth"), [(Venue.COINBASE, Decimal(1)), (Venue.KRAKEN, None), (Venue.ALPACA, None)]
)
def test_what_a_venue_swaps_one_for_one_is_worth_a_dollar_there_and_nowhere_else(venue, worth, asset):
    instruments = listed("BTC/USD", f"BTC/{asset}", venue=venue)

    assert value_in_usd(asset, instruments, {}) == worth


def test_a_swap_counts_more_than_a_price():
    instruments = listed("USDC/USD", venue=Venue.COINBASE)

    assert plan_price_path("USDC", instruments) == ()
    assert value_in_usd("USDC", instruments, quoted("USDC/USD", "0.9", "0.91")) == 1


def test_a_coin_traded_only_against_what_is_swapped_needs_no_second_price():
    instruments = listed("XYZ/USDC", venue=Venue.COINBASE)

    assert plan_price_path("XYZ", instruments) == ("XYZ/USDC",)
    assert value_in_usd("XYZ", instruments, quoted("XYZ/USDC", "2", "2.1")) == 2


@pytest.mark.parametrize(
    ("bid", "ask"),
    [(None, "1"), ("1", None), ("0", "1"), ("NaN", "1"), ("-1", "1"), ("2", "1"), ("1", "Infinity")],
)
def test_a_price_that_cannot_be_is_unknown(bid, ask):
    assert value_in_usd("BTC", listed("BTC/USD"), quoted("BTC/USD", bid, ask)) is None


def test_an_unquoted_leg_makes_the_value_unknown():
    instruments = listed("XYZ/EUR", "EUR/USD")

    assert value_in_usd("XYZ", instruments, quoted("XYZ/EUR", "2", "2.1")) is None


def test_every_leg_is_requested_once():
    symbols = plan_symbols({"USD", "EUR", "XYZ", "QQQ"}, listed("XYZ/EUR", "EUR/USD"))

    assert symbols == {"XYZ/EUR", "EUR/USD"}


@pytest.mark.parametrize(
    ("currency", "symbols", "expected"),
    [
        ("EUR", ("BTC/USD", "BTC/EUR"), "BTC/EUR"),
        ("GBP", ("BTC/USD", "BTC/EUR"), "BTC/USD"),
        (None, ("BTC/USDT", "BTC/EUR"), "BTC/USDT"),
        ("USD", ("ETH/USD",), None),
    ],
)
def test_an_asset_is_sold_for_what_it_was_bought_with_if_it_can(currency, symbols, expected):
    assert choose_exit_symbol("BTC", currency, listed(*symbols)) == expected


@pytest.mark.parametrize(
    ("symbols", "quote", "cash", "chosen"),
    [
        pytest.param(("BTC/USD", "BTC/EUR"), "EUR", {}, "BTC/EUR", id="the named one"),
        pytest.param(("BTC/USD",), "EUR", {"USD": 9}, None, id="the named one is not listed"),
        pytest.param(("BTC/EUR", "BTC/USD"), None, {}, "BTC/USD", id="dollars"),
        pytest.param(("BTC/EUR", "BTC/USD"), None, {"EUR": 9}, "BTC/EUR", id="where cash lies"),
        pytest.param(("BTC/EUR", "BTC/USD"), None, {"EUR": 9, "USD": 1}, "BTC/USD", id="dollars first"),
        pytest.param(("BTC/GBP",), None, {}, "BTC/GBP", id="pounds where there is nothing else"),
        pytest.param(("BTC/USDC", "BTC/USD"), None, {"USDC": 9, "USD": 9}, "BTC/USD", id="dollars of both"),
        pytest.param(("BTC/ETH",), None, {"ETH": 9}, None, id="for no money"),
    ],
)
def test_a_buy_goes_through_the_named_pair_or_where_cash_lies(symbols, quote, cash, chosen):
    amounts = {currency: Decimal(amount) for currency, amount in cash.items()}

    assert choose_entry_symbol("BTC", quote, listed(*symbols), amounts) == chosen


@pytest.mark.parametrize(("quote", "chosen"), [(None, "BTC/EUR"), ("USD", None)])
def test_nothing_is_bought_through_a_pair_that_an_earlier_listing_alone_has(quote, chosen):
    pairs = listed("BTC/USD", "BTC/EUR")
    pairs["BTC/USD"] = replace(pairs["BTC/USD"], is_listed=False)

    assert choose_entry_symbol("BTC", quote, pairs, {"USD": Decimal(9)}) == chosen
