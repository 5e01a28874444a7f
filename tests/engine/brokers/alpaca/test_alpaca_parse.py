from contextlib import nullcontext
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from engine.brokers.alpaca.names import Catalog, parse_catalog
from engine.brokers.alpaca.orders import parse_open_orders
from engine.brokers.alpaca.parse import (
    check_positions,
    parse_cash,
    parse_permissions,
    parse_position,
    parse_quotes,
    rows_of,
)
from engine.brokers.parse import MalformedAnswerError
from engine.model.holdings import Holding
from engine.model.instruments import AssetClass, TradingStatus
from tests.engine.brokers.alpaca.rows import asset, order
from tests.engine.brokers.json_values import json_values

D = Decimal


def test_pairs_carry_their_steps_and_a_floor_only_against_the_dollar(catalog):
    btc = catalog.instruments["BTC/USD"]
    assert (btc.lot, btc.tick, btc.minimum_quantity, btc.minimum_notional) == (
        D("1e-9"),
        D("0.01"),
        D("0.000015"),
        10,
    )
    assert catalog.instruments["ETH/USDC"].minimum_notional == 0
    assert catalog.instruments["SOL/USD"].status is TradingStatus.UNAVAILABLE


def test_one_asset_in_a_new_format_does_not_hide_the_others():
    assert set(parse_catalog([asset(), asset(["NEW/USD"])]).instruments) == {"BTC/USD"}
    for answer in ({}, [], [{}], None, "<html>"):
        with pytest.raises(MalformedAnswerError):
            parse_catalog(answer)


@pytest.mark.parametrize(
    ("name", "symbol", "asset_class"),
    [
        ("BTC/USD", "BTC/USD", AssetClass.CRYPTO),
        ("BTCUSD", "BTC/USD", AssetClass.CRYPTO),
        ("ETHUSDC", "ETH/USDC", AssetClass.CRYPTO),
        ("AAPL", "AAPL/USD", AssetClass.STOCK),
        ("BRK.B", "BRK.B/USD", AssetClass.STOCK),
        ("BTC", "BTC.US/USD", AssetClass.STOCK),
        ("USD", "USD.US/USD", AssetClass.STOCK),
        ("EUR", "EUR.US/USD", AssetClass.STOCK),
        ("DAI", "DAI.US/USD", AssetClass.STOCK),
        ("COP", "COP/USD", AssetClass.STOCK),
    ],
)
def test_a_fund_with_the_ticker_of_a_coin_or_of_money_is_kept_apart_from_it(
    catalog, name, symbol, asset_class
):
    found = catalog.asset(name)
    assert (found.symbol, found.asset_class) == (symbol, asset_class)


def test_a_stock_that_was_met_is_listed_under_our_symbol(catalog):
    catalog.add_stock(asset("BTC", fractionable=False))
    stock = catalog.instruments["BTC.US/USD"]
    assert (stock.base, stock.asset_class, stock.lot) == ("BTC.US", AssetClass.STOCK, 1)
    assert catalog.venue_symbol("BTC.US/USD") == "BTC"
    assert catalog.has_stock("BTC")


def account(**changes):
    return {
        "status": "ACTIVE",
        "crypto_status": "ACTIVE",
        "cash": "5.92",
        "equity": "48.61",
        "position_market_value": "42.69",
        "non_marginable_buying_power": "5.92",
        "buying_power": "23.68",
        "trading_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": False,
        **changes,
    }


def test_dollars_are_what_is_no_position_and_leverage_is_not_among_them():
    assert parse_cash(account()) == Holding(asset="USD", free=D("5.92"))


def test_dollars_that_may_not_be_spent_and_that_no_order_holds_have_not_settled():
    assert parse_cash(account(non_marginable_buying_power="2")) == Holding(
        asset="USD", free=D(2), locked=D("3.92")
    )


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, "2"),
        ({"filled_qty": "0.5"}, "1"),
        ({"qty": "100"}, "3.92"),
        ({"limit_price": None}, "3.92"),
        ({"side": "sell"}, "0"),
        ({"symbol": "ETH/USDC"}, "0"),
        ({"asset_class": "us_option", "symbol": "AAPL250117C00150000", "limit_price": "0.01"}, "1"),
        ({"asset_class": "us_option", "symbol": "AAPL250117C00150000", "limit_price": None}, "3.92"),
        ({"symbol": "AAPL", "qty": None, "notional": "3", "limit_price": "2"}, "3"),
    ],
    ids=[
        "a purchase",
        "half of it",
        "more than there is",
        "at market",
        "a sale",
        "another currency",
        "option",
        "option at market",
        "for so much",
    ],
)
def test_what_orders_hold_of_the_dollars_is_counted_from_the_orders(catalog, changes, held):
    buy = {**order(side="buy", status="new", qty="1", filled_qty="0", limit_price="2"), **changes}
    opened = parse_open_orders([buy], catalog)
    cash = parse_cash(account(non_marginable_buying_power="2"), opened)
    assert (cash.free, cash.held, cash.total) == (2, D(held), D("5.92"))


def test_a_debt_is_a_negative_holding():
    cash = parse_cash(
        account(cash="-100", equity="50", position_market_value="150", non_marginable_buying_power="0")
    )
    assert (cash.free, cash.total) == (-100, -100)


@pytest.mark.parametrize("field", ["cash", "equity", "position_market_value", "non_marginable_buying_power"])
@pytest.mark.parametrize("value", [None, "", "NaN"])
def test_an_account_with_a_missing_figure_raises(field, value):
    with pytest.raises(MalformedAnswerError):
        parse_cash(account(**{field: value}))


def position(**changes):
    return {
        "symbol": "BTCUSD",
        "asset_class": "crypto",
        "qty": "0.5",
        "qty_available": "0.3",
        "avg_entry_price": "40000.5",
        **changes,
    }


def test_positions_keep_the_venues_entry_and_what_orders_hold(catalog):
    assert parse_position(position(), catalog) == Holding(
        asset="BTC", free=D("0.3"), held=D("0.2"), venue_entry=D("40000.5"), symbol="BTC/USD"
    )


@pytest.mark.parametrize(
    ("changes", "asset", "symbol"),
    [
        ({"symbol": "AAPL", "asset_class": "us_equity"}, "AAPL", "AAPL/USD"),
        ({"symbol": "BTC", "asset_class": "us_equity"}, "BTC.US", "BTC.US/USD"),
        ({"symbol": "USD", "asset_class": "us_equity"}, "USD.US", "USD.US/USD"),
        ({"symbol": "BTCUSD", "asset_class": "us_equity"}, "BTCUSD", "BTCUSD/USD"),
        ({"symbol": "GONEUSD"}, "GONE", "GONE/USD"),
        ({"symbol": "AAPL240119C00100000", "asset_class": "us_option"}, "AAPL240119C00100000", None),
    ],
)
def test_every_kind_of_position_is_there(catalog, changes, asset, symbol):
    holding = parse_position(position(**changes), catalog)
    assert (holding.asset, holding.symbol, holding.total) == (asset, symbol, D("0.5"))


def test_a_short_stock_is_a_negative_holding(catalog):
    row = position(symbol="AAPL", asset_class="us_equity", qty="-10", qty_available="-10", side="short")
    assert parse_position(row, catalog).total == -10


@pytest.mark.fault("V17")
@given(answer=json_values(["symbol", "asset_class", "qty", "qty_available", "avg_entry_price"]))
def test_no_position_vanishes(answer):
    catalog = Catalog()
    try:
        holdings = [parse_position(row, catalog) for row in rows_of(answer, "positions")]
    except MalformedAnswerError:
        return
    assert len(holdings) == len(answer)


def test_quotes_keep_the_digits_of_their_json_numbers():
    row = {"bp": "65000.123", "bs": "0.5", "ap": "65000.124", "as": 1, "t": "2026-11-22T10:00:00.123456789Z"}
    quote = parse_quotes({"quotes": {"BTC/USD": row}}, {"BTC/USD": "BTC/USD"})["BTC/USD"]
    assert (quote.bid, quote.ask, quote.ask_quantity) == (D("65000.123"), D("65000.124"), 1)
    assert quote.at == datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("bid", [None, "NaN", "", []])
def test_a_garbage_side_is_missing_and_not_zero(bid):
    row = {"bp": bid, "bs": 1, "ap": 2, "as": 1, "t": "2026-11-22T10:00:00Z"}
    quote = parse_quotes({"quotes": {"X": row}}, {"X": "X/USD"})["X/USD"]
    assert (quote.bid, quote.ask) == (None, 2)


def test_a_quote_that_cannot_be_read_hides_none_of_the_others():
    good = {"bp": 1, "bs": 1, "ap": 2, "as": 1, "t": "2026-11-22T10:00:00Z"}
    answer = {"quotes": {"X": good, "Y": {**good, "t": "yesterday"}, "Z": None}}
    assert list(parse_quotes(answer, {"X": "X/USD", "Y": "Y/USD", "Z": "Z/USD"})) == ["X/USD"]
    assert parse_quotes({"quotes": {}}, {"X": "X/USD"}) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"trading_blocked": True},
        {"account_blocked": True},
        {"trade_suspended_by_user": True},
        {"status": "ACCOUNT_UPDATED"},
    ],
)
def test_a_blocked_account_cannot_trade_and_says_why(changes):
    assert parse_permissions(account()).can_trade
    may = parse_permissions(account(**changes))
    [(flag, value)] = changes.items()
    assert (may.can_read, may.can_trade) == (True, False)
    assert (flag if value is True else value) in may.block


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"crypto_status": "INACTIVE"}, "works for stocks; crypto is not enabled (INACTIVE)"),
        ({"crypto_status": "APPROVAL_PENDING"}, "works for stocks; crypto is not enabled (APPROVAL_PENDING)"),
        (
            {"crypto_status": "PAPER_ONLY"},
            "works for stocks; crypto is enabled on paper accounts only (PAPER_ONLY)",
        ),
        ({"transfers_blocked": True}, "money can be neither paid in nor out (transfers_blocked)"),
        ({"pattern_day_trader": True}, "marked as a pattern day trader"),
    ],
)
def test_what_else_an_account_cannot_do_is_named_and_stops_no_trading(changes, limit):
    may = parse_permissions(account(**changes))
    assert (may.can_trade, may.block) == (True, None)
    [named] = may.limits
    assert named.startswith(limit)


@pytest.mark.parametrize("odd", [None, "", " ", 1, [], {}])
@pytest.mark.parametrize("field", ["status", "crypto_status"])
def test_a_status_that_is_missing_or_says_nothing_rules_nothing_out(field, odd):
    may = parse_permissions(account(**{field: odd}))
    assert (may.can_trade, may.limits) == (True, ())


@pytest.mark.parametrize("odd", [None, "", "true", 1, []])
@pytest.mark.parametrize(
    "field",
    [
        "trading_blocked",
        "account_blocked",
        "trade_suspended_by_user",
        "transfers_blocked",
        "shorting_enabled",
    ],
)
def test_a_flag_that_is_missing_or_odd_rules_nothing_out(field, odd):
    may = parse_permissions(account(**{field: odd}))
    assert (may.can_trade, may.limits) == (True, ())


@pytest.mark.parametrize(
    ("counted", "values", "is_refused"),
    [
        ("6000", [], True),
        ("6000", ["4000"], True),
        ("6000", ["5000"], True),
        ("6000", ["5600"], False),
        ("6000", ["4000", "2000"], False),
        ("6000", ["8000", "-2000"], False),
        ("6000", ["6000", "-2000"], False),
        ("6000", ["2000", "-2000"], True),
        ("0.5", [], False),
        ("0", [], False),
        ("6000", ["9000"], False),
        ("6000", [None], False),
    ],
)
@pytest.mark.parametrize("field", ["position_market_value", "long_market_value"])
def test_positions_that_lack_a_part_of_the_accounts_sum_are_no_reading(field, counted, values, is_refused):
    figures = {"position_market_value": "0", "long_market_value": None}
    rows = [{"market_value": value} for value in values]
    expected = pytest.raises(MalformedAnswerError) if is_refused else nullcontext()

    with expected:
        check_positions({**figures, field: counted}, rows)
