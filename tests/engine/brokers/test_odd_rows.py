"""One odd row in a list hides only itself and is named in the log, at every venue and in every list."""

import copy
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.brokers.alpaca import names as alpaca_names
from engine.brokers.alpaca import parse as alpaca
from engine.brokers.coinbase import accounts as coinbase_accounts
from engine.brokers.coinbase import parse as coinbase
from engine.brokers.kraken import parse as kraken
from engine.brokers.kraken import prices, trades
from engine.brokers.kraken.names import parse_catalog
from engine.brokers.parse import MalformedAnswerError, amount_in, readable, readable_table
from engine.model.holdings import Holding
from tests.engine.brokers.kraken.listings import ASSETS, CATALOG, PAIRS

AT = datetime(2026, 11, 29, tzinfo=UTC)
ODD = [None, "text", 7, [], {}, {"altname": 5, "base": 5, "symbol": 5, "product_id": 5}]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_row_of_a_list_leaves_the_others(odd):
    assert readable([{"n": 1}, odd, {"n": 2}], lambda row: row["n"] if "n" in row else _malformed(), "l") == [
        1,
        2,
    ]


def _malformed():
    message = "the answer lacks n"
    raise MalformedAnswerError(message)


def test_what_was_left_out_is_named_in_the_log_once(caplog):
    for _ in range(3):
        readable_table({"XONCEZUSD": None, "XXBTZUSD": {}}, lambda _, row: row, "AssetPairs")

    assert caplog.messages == [
        "AssetPairs: XONCEZUSD was left out: AssetPairs should be an object, not 'None'"
    ]


@pytest.mark.parametrize(
    "rows",
    [
        {"N" * 100_000: None, "GOOD": {"n": "1"}},
        {"NAMED": {"id": "I" * 100_000}, "GOOD": {"n": "1"}},
        {"HOLDS": {"n": "V" * 100_000}, "GOOD": {"n": "1"}},
    ],
    ids=["a name", "an id", "a value"],
)
def test_a_line_about_what_was_left_out_is_short_whatever_a_venue_sends(caplog, rows):
    readable_table(rows, lambda _, row: amount_in(row, "n"), "lines")

    (line,) = caplog.messages
    assert "was left out" in line
    assert len(line) < 500


@pytest.mark.parametrize("rows", [[], [{}], [None, {}]], ids=str)
def test_a_catalogue_without_a_readable_row_is_none(rows):
    with pytest.raises(MalformedAnswerError):
        readable(rows, lambda _: _malformed(), "products", least=1)


def test_a_page_may_be_empty_but_not_altogether_unreadable():
    assert readable([], lambda _: _malformed(), "fills") == []
    with pytest.raises(MalformedAnswerError):
        readable([{}, {}], lambda _: _malformed(), "fills")


@pytest.mark.fault("V26")
@pytest.mark.parametrize(
    "missing", ["base", "quote", "altname", "lot_decimals", "status", "ordermin", "wsname"]
)
def test_a_kraken_pair_that_lacks_a_field_hides_no_other(missing):
    pairs = copy.deepcopy(PAIRS)
    del pairs["DOTUSDT"][missing]

    catalog = parse_catalog(ASSETS, pairs)

    assert {"BTC/USD", "ETH/USD", "DOGE/USD"} <= catalog.instruments.keys()
    assert catalog.pair("XBTUSD").symbol == "BTC/USD"


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_kraken_pair_or_asset_hides_no_other(odd):
    catalog = parse_catalog({**ASSETS, "XODD": odd}, {**PAIRS, "XODDZUSD": odd})

    assert catalog.instruments == CATALOG.instruments
    assert catalog.asset_part("XXBT") == CATALOG.asset_part("XXBT")


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_kraken_ticker_or_fee_hides_no_other(odd):
    ticker = {"a": ["2", "1", "1.0"], "b": ["1", "1", "1.0"]}

    quotes = prices.parse_quotes({"XETHZUSD": odd, "XXBTZUSD": ticker}, CATALOG, at=AT)
    fees = kraken.parse_taker_fees({"fees": {"XETHZUSD": odd, "XXBTZUSD": {"fee": "0.4"}}})

    assert (quotes["BTC/USD"].bid, quotes["BTC/USD"].ask) == (1, 2)
    assert fees == {"XXBTZUSD": Decimal("0.004")}


TRADE = {
    "ordertxid": "OQCLML-BW3P3-BUCMWZ",
    "pair": "XXBTZUSD",
    "type": "buy",
    "price": "60000",
    "vol": "0.1",
    "fee": "1",
    "cost": "6000",
    "time": 1_700_000_000,
}


@pytest.mark.parametrize("missing", ["pair", "type", "price", "vol", "time"])
def test_an_odd_kraken_trade_hides_no_other(missing):
    odd = {key: value for key, value in TRADE.items() if key != missing}
    result = {"trades": {"T1": TRADE, "T2": odd}, "count": 2}

    assert [fill.trade_id for fill in trades.parse_trades(result, CATALOG)] == ["T1"]


def test_the_order_behind_an_odd_kraken_trade_is_still_known():
    odd = {"ordertxid": "OAAAAA-BBBBB-CCCCCC", "pair": "XXBTZUSD"}

    assert trades.parse_traded_orders({"T1": TRADE, "T2": odd}, CATALOG) == [
        ("OQCLML-BW3P3-BUCMWZ", "BTC/USD"),
        ("OAAAAA-BBBBB-CCCCCC", "BTC/USD"),
    ]
    with pytest.raises(MalformedAnswerError):
        trades.parse_traded_orders({"T3": {"pair": "XXBTZUSD"}}, CATALOG)


def test_of_the_trades_of_one_order_none_is_left_out():
    other = {**TRADE, "ordertxid": "OAAAAA-BBBBB-CCCCCC", "vol": None}
    odd = {**TRADE, "vol": None}
    order_id = TRADE["ordertxid"]

    assert len(trades.parse_trades_of(order_id, {"T1": TRADE, "T2": other}, CATALOG)) == 1
    with pytest.raises(MalformedAnswerError):
        trades.parse_trades_of(order_id, {"T1": TRADE, "T2": odd}, CATALOG)
    with pytest.raises(MalformedAnswerError):
        trades.parse_trades_of(order_id, {"T1": TRADE, "T2": {}}, CATALOG)


@pytest.mark.parametrize("odd", [None, {}, "12", {"balance": "many", "hold_trade": "0"}], ids=str)
def test_an_odd_kraken_balance_hides_no_other_and_is_not_taken_for_nothing(odd):
    result = {
        "XXBT": {"balance": "1", "hold_trade": "0"},
        "XBT.F": odd,
        "XETH": {"balance": "2", "hold_trade": "0"},
    }

    assert kraken.parse_balances(result, CATALOG) == (Holding(asset="ETH", free=Decimal(2)),)
    assert kraken.find_unreadable_balances(result, CATALOG) == {"BTC"}


LOT = {
    "pair": "XXBTZUSD",
    "type": "buy",
    "vol": "1",
    "vol_closed": "0",
    "cost": "100",
    "fee": "1",
    "margin": "50",
}


@pytest.mark.parametrize(("odd", "name"), [({**LOT, "vol": None}, "BTC/USD"), ({}, ""), (None, "")], ids=str)
def test_an_odd_kraken_position_hides_no_other_and_is_not_taken_for_nothing(odd, name):
    result = {"T1": odd, "T2": {**LOT, "pair": "XETHZUSD"}}

    assert [position.symbol for position in kraken.parse_margin_positions(result, CATALOG)] == ["ETH/USD"]
    assert kraken.find_unreadable_positions(result, CATALOG) == {name}


PRODUCT = {
    "product_id": "BTC-USD",
    "base_currency_id": "BTC",
    "quote_currency_id": "USD",
    "base_increment": "0.00000001",
    "quote_increment": "0.01",
    "price_increment": "0.01",
    "base_min_size": "0.00000001",
    "quote_min_size": "1",
    "status": "online",
}


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_coinbase_product_hides_no_other(odd):
    assert list(coinbase.parse_instruments({"products": [odd, PRODUCT]})) == ["BTC/USD"]


GOOD_ACCOUNT = {
    "uuid": "1",
    "currency": "BTC",
    "available_balance": {"value": "1"},
    "hold": {"value": "0"},
    "type": "ACCOUNT_TYPE_CRYPTO",
}


@pytest.mark.parametrize(
    ("odd", "name"),
    [({}, ""), ({"currency": 5}, ""), ({"uuid": "2", "currency": "ETH", "available_balance": None}, "ETH")],
    ids=str,
)
def test_an_odd_coinbase_account_hides_no_other_and_is_not_taken_for_nothing(odd, name):
    accounts = [odd, GOOD_ACCOUNT]

    assert coinbase_accounts.parse_holdings(accounts) == (Holding(asset="BTC", free=Decimal(1)),)
    assert coinbase_accounts.find_unreadable_accounts(accounts) == {name}


def test_of_an_asset_in_two_coinbase_accounts_half_is_not_taken_for_all():
    accounts = [
        {**GOOD_ACCOUNT, "uuid": "2", "hold": None},
        GOOD_ACCOUNT,
        {**GOOD_ACCOUNT, "uuid": "3", "currency": "SOL"},
    ]

    assert [holding.asset for holding in coinbase_accounts.parse_holdings(accounts)] == ["SOL"]
    assert coinbase_accounts.find_unreadable_accounts(accounts) == {"BTC"}


FILL = {
    "entry_id": "1",
    "order_id": "2",
    "product_id": "BTC-USD",
    "trade_type": "FILL",
    "side": "BUY",
    "price": "60000",
    "size": "0.1",
    "size_in_quote": False,
    "commission": "1",
    "trade_time": "2026-11-01T00:00:00Z",
}


@pytest.mark.parametrize(
    "missing", ["entry_id", "product_id", "trade_type", "side", "price", "size", "trade_time"]
)
def test_an_odd_coinbase_fill_hides_no_other(missing):
    odd = {key: value for key, value in FILL.items() if key != missing}

    assert len(coinbase.parse_fills({"fills": [odd, None, FILL]}, {})) == 1


PAIR = {
    "symbol": "BTC/USD",
    "class": "crypto",
    "status": "active",
    "tradable": True,
    "min_order_size": "0.0001",
    "min_trade_increment": "0.000000001",
    "price_increment": "0.01",
}
ACTIVITY = {
    "id": "1",
    "order_id": "2",
    "symbol": "BTC/USD",
    "side": "buy",
    "price": "60000",
    "qty": "0.1",
    "transaction_time": "2026-11-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("odd", "name"),
    [({}, ""), (None, ""), ({"symbol": "BTCUSD", "asset_class": "crypto", "qty": None}, "BTC")],
    ids=str,
)
def test_an_odd_alpaca_position_hides_no_other_and_is_not_taken_for_nothing(odd, name):
    catalog = alpaca_names.parse_catalog([PAIR])
    stock = {"symbol": "AAPL", "asset_class": "us_equity", "qty": "3", "qty_available": "3"}

    held = alpaca.parse_positions([odd, stock], catalog)

    assert [(holding.asset, holding.total) for holding in held] == [("AAPL", 3)]
    assert alpaca.find_unreadable_positions([odd, stock], catalog) == {name}
    assert alpaca.stock_tickers([odd, stock]) == {"AAPL"}


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_alpaca_asset_activity_or_quote_hides_no_other(odd):
    catalog = alpaca_names.parse_catalog([odd, PAIR])
    quotes = {"ETH/USD": odd, "BTC/USD": {"bp": "1", "ap": "2", "t": "2026-11-01T00:00:00Z"}}

    read = alpaca.parse_quotes({"quotes": quotes}, {name: name for name in quotes})

    assert list(catalog.instruments) == ["BTC/USD"]
    assert [fill.trade_id for fill in alpaca.parse_fills([odd, ACTIVITY], catalog)] == ["1"]
    assert list(read) == ["BTC/USD"]


ODD_AMOUNTS = ["0", "0.00", "-1"]


@pytest.mark.fault("V84")
@pytest.mark.parametrize("amount", ODD_AMOUNTS)
@pytest.mark.parametrize("field", ["price", "vol"])
def test_a_kraken_trade_of_nothing_is_no_trade_and_hides_no_other(field, amount, caplog):
    result = {"trades": {"T1": TRADE, "T2": {**TRADE, field: amount}}, "count": 2}

    assert [fill.trade_id for fill in trades.parse_trades(result, CATALOG)] == ["T1"]
    assert f"{field} should be above zero" in caplog.text


@pytest.mark.parametrize("amount", ODD_AMOUNTS)
@pytest.mark.parametrize("in_quote", [False, True])
@pytest.mark.parametrize("field", ["price", "size"])
def test_a_coinbase_fill_of_nothing_is_no_trade_and_hides_no_other(field, in_quote, amount):
    odd = {**FILL, "entry_id": "2", "size_in_quote": in_quote, field: amount}

    assert [fill.trade_id for fill in coinbase.parse_fills({"fills": [odd, FILL]}, {})] == ["1"]


@pytest.mark.parametrize("amount", ODD_AMOUNTS)
@pytest.mark.parametrize("field", ["price", "qty"])
def test_an_alpaca_activity_of_nothing_is_no_trade_and_hides_no_other(field, amount):
    catalog, odd = alpaca_names.parse_catalog([PAIR]), {**ACTIVITY, "id": "2", field: amount}

    assert [fill.trade_id for fill in alpaca.parse_fills([odd, ACTIVITY], catalog)] == ["1"]


def test_money_too_little_for_one_lot_bought_nothing():
    products = coinbase.parse_instruments({"products": [PRODUCT]})
    odd = {**FILL, "entry_id": "2", "size": "0.000001", "size_in_quote": True}

    assert [fill.trade_id for fill in coinbase.parse_fills({"fills": [odd, FILL]}, products)] == ["1"]


@pytest.mark.parametrize("fee", ["0", "-0.5"])
def test_a_trade_may_be_free_of_charge_or_earn_a_rebate(fee):
    (kraken_fill,) = trades.parse_trades({"trades": {"T1": {**TRADE, "fee": fee}}}, CATALOG)
    (coinbase_fill,) = coinbase.parse_fills({"fills": [{**FILL, "commission": fee}]}, {})

    assert (kraken_fill.fee, coinbase_fill.fee) == (Decimal(fee), Decimal(fee))
