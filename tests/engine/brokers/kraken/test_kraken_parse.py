from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from engine.brokers.base import KeyPermissions
from engine.brokers.error_classes import Operation
from engine.brokers.kraken.parse import (
    find_unreadable_balances,
    find_unreadable_positions,
    parse_balances,
    parse_margin_positions,
    parse_permissions,
    parse_taker_fees,
    result_of,
)
from engine.brokers.kraken.prices import parse_book, parse_quotes
from engine.brokers.kraken.trades import parse_trades
from engine.brokers.parse import MalformedAnswerError
from engine.model.errors import BrokerError, MisconfiguredError, RefusedError, UnknownOutcomeError
from engine.model.holdings import Direction, Holding, MarginPosition
from tests.engine.brokers.json_values import json_values
from tests.engine.brokers.kraken.listings import CATALOG

D = Decimal
AT = datetime(2026, 11, 22, tzinfo=UTC)


def balance(amount, hold="0", **more):
    return {"balance": amount, "hold_trade": hold, **more}


@pytest.mark.parametrize("answer", ["", "<html>", None, [], {}, {"error": []}, {"error": [], "result": None}])
def test_an_answer_without_a_result_is_no_empty_account(answer):
    with pytest.raises(MisconfiguredError):
        result_of(answer)
    with pytest.raises(UnknownOutcomeError):
        result_of(answer, Operation.ORDER)


def test_an_unpopulated_account_and_a_warning_are_fine():
    assert result_of({"error": [], "result": {}}) == {}
    assert result_of({"error": ["WSomething:be careful"], "result": {}}) == {}


@pytest.mark.fault("V29")
def test_an_order_that_is_answered_with_an_error_and_an_id_may_be_there():
    answer = {"error": ["EOrder:Insufficient funds"], "result": {"txid": ["OQCLML-BW3P3-BUCMWZ"]}}

    with pytest.raises(UnknownOutcomeError, match="Insufficient funds"):
        result_of(answer, Operation.ORDER)


@pytest.mark.parametrize("result", [{}, None, {"txid": []}])
def test_an_order_that_is_answered_with_an_error_alone_is_refused(result):
    with pytest.raises(RefusedError):
        result_of({"error": ["EOrder:Insufficient funds"], "result": result}, Operation.ORDER)


@pytest.mark.parametrize(
    ("name", "is_cash"),
    [("ZUSD", True), ("AED", True), ("BRL", True), ("USDT", True), ("XXBT", False), ("MNT", False)],
)
def test_national_money_of_any_country_is_cash(name, is_cash):
    (holding,) = parse_balances({name: balance("5")}, CATALOG)

    assert holding.is_cash is is_cash


KEYS = ["error", "result", "balance", "hold_trade", "XXBT", "ZUSD"]


@pytest.mark.fault("V17")
@given(answer=json_values(KEYS))
def test_no_answer_turns_silently_into_an_empty_account(answer):
    try:
        holdings = parse_balances(result_of(answer), CATALOG)
    except (BrokerError, MalformedAnswerError):
        return
    if not holdings:
        assert all(D(str(row["balance"])) == 0 for row in answer["result"].values())


def test_all_parts_of_an_asset_are_one_holding():
    holdings = parse_balances(
        {
            "XXBT": balance("1.5", hold="0.25"),
            "XBT.F": balance("0.5"),
            "XBT.M": balance("2"),
            "ZUSD": balance("100.0000", hold="40.0000"),
            "USD.HOLD": balance("7"),
            "USDT.F": balance("30"),
            "XETH": balance("0.0000000000"),
        },
        CATALOG,
    )
    assert holdings == (
        Holding(asset="BTC", free=D("1.75"), held=D("0.25"), locked=D(2)),
        Holding(asset="USD", free=D(60), held=D(40), locked=D(7)),
        Holding(asset="USDT", free=D(30)),
    )


def test_a_credit_line_is_never_shown_as_money():
    holdings = parse_balances({"ZUSD": balance("100", credit="1000", credit_used="30")}, CATALOG)
    assert holdings == (Holding(asset="USD", free=D(70)),)


@pytest.mark.parametrize(
    "row", [{}, {"balance": "1"}, {"balance": None, "hold_trade": "0"}, "1.0", balance("NaN")]
)
def test_a_balance_with_a_missing_or_broken_field_is_unknown_and_not_zero(row):
    answer = {"ZUSD": balance("1"), "XXBT": row}

    assert [holding.asset for holding in parse_balances(answer, CATALOG)] == ["USD"]
    assert find_unreadable_balances(answer, CATALOG) == {"BTC"}
    with pytest.raises(MalformedAnswerError):
        parse_balances({"XXBT": row}, CATALOG)


def lot(pair="XXBTZUSD", side="buy", **changes):
    return {
        "pair": pair,
        "type": side,
        "cost": "5000",
        "fee": "10",
        "vol": "0.1",
        "vol_closed": "0",
        "margin": "1000",
        **changes,
    }


def test_margin_lots_are_netted_by_pair_and_direction_without_what_was_closed():
    positions = parse_margin_positions(
        {
            "A": lot(),
            "B": lot(vol="0.2", vol_closed="0.05", cost="12000", fee="20", margin="4000"),
            "C": lot(side="sell", pair="XETHZUSD", vol="2", cost="6000", margin="3000"),
            "D": lot(vol_closed="0.1"),
        },
        CATALOG,
    )
    assert positions == (
        MarginPosition(
            symbol="BTC/USD",
            direction=Direction.LONG,
            quantity=D("0.25"),
            cost=D(14000),
            fee=D(25),
            leverage=5,
        ),
        MarginPosition(
            symbol="ETH/USD", direction=Direction.SHORT, quantity=D(2), cost=D(6000), fee=D(10), leverage=2
        ),
    )


@pytest.mark.parametrize("changes", [{"vol": "0"}, {"margin": "0"}, {"type": "hold"}, {"vol_closed": None}])
def test_a_position_that_makes_no_sense_is_unknown_and_not_none(changes):
    answer = {"A": lot(**changes), "B": lot()}

    assert parse_margin_positions(answer, CATALOG) == ()
    assert find_unreadable_positions(answer, CATALOG) == {"BTC/USD"}


def trade(**changes):
    return {
        "ordertxid": "OID",
        "pair": "XXBTZUSD",
        "time": "1705260547.5",
        "type": "buy",
        "price": "40000.1",
        "cost": "4000.01",
        "fee": "10.4",
        "vol": "0.1",
        "margin": "0.0",
        "misc": "",
        **changes,
    }


def test_fills_come_newest_first_and_margin_ones_are_marked():
    fills = parse_trades(
        {
            "count": 3,
            "trades": {
                "T1": trade(),
                "T2": trade(time="1705260548.5", margin="800"),
                "T3": trade(time="1705260549.5", misc="closing"),
            },
        },
        CATALOG,
    )
    assert [(fill.trade_id, fill.margin) for fill in fills] == [("T3", True), ("T2", True), ("T1", False)]
    assert (fills[2].price, fills[2].fee, fills[2].fee_asset) == (D("40000.1"), D("10.4"), "USD")


@pytest.mark.parametrize("missing", [None, ""])
def test_a_trade_of_which_the_fee_is_not_reported_is_kept_with_an_unknown_fee(missing):
    (read,) = parse_trades({"trades": {"T1": trade(fee=missing)}}, CATALOG)
    assert (read.quantity, read.fee) == (D("0.1"), None)


@pytest.mark.parametrize("field", ["ordertxid", "pair", "time", "type", "price", "vol"])
def test_a_trade_without_one_of_its_fields_raises(field):
    with pytest.raises(MalformedAnswerError):
        parse_trades({"trades": {"T1": trade(**{field: None})}}, CATALOG)


def test_quotes_have_both_sides_and_their_sizes():
    quotes = parse_quotes(
        {"XXBTZUSD": {"a": ["73380.7", "1", "1.5"], "b": ["73380.6", "2", "2.5"]}}, CATALOG, at=AT
    )
    quote = quotes["BTC/USD"]
    assert (quote.bid, quote.ask, quote.bid_quantity, quote.ask_quantity) == (
        D("73380.6"),
        D("73380.7"),
        D("2.5"),
        D("1.5"),
    )
    assert quote.at == AT


@pytest.mark.parametrize("bid", [None, [], ["NaN", "1", "1"], ["1"], "73380", {"price": 1}])
def test_a_garbage_side_is_missing_and_not_zero(bid):
    quotes = parse_quotes({"XXBTZUSD": {"a": ["2", "1", "1"], "b": bid}}, CATALOG, at=AT)
    assert (quotes["BTC/USD"].bid, quotes["BTC/USD"].ask) == (None, D(2))


def test_a_book_keeps_its_levels_in_order():
    book = parse_book(
        {"XXBTZUSD": {"bids": [["10", "1", 1], ["9", "2", 1]], "asks": [["11", "3", 1]]}}, "BTC/USD", at=AT
    )
    assert [(level.price, level.quantity) for level in book.bids] == [(D(10), D(1)), (D(9), D(2))]
    assert book.asks[0].price == 11


@pytest.mark.parametrize(
    "answer", [{}, {"X": {"bids": []}}, {"X": {"bids": [["1"]], "asks": []}}, {"X": 1, "Y": 2}]
)
def test_a_broken_book_raises(answer):
    with pytest.raises(MalformedAnswerError):
        parse_book(answer, "BTC/USD", at=AT)


def test_fees_come_in_percent():
    answer = {"volume": "1", "fees": {"XXBTZUSD": {"fee": "0.2600"}, "XETHZUSD": {"fee": "0.4000"}}}
    assert parse_taker_fees(answer) == {"XXBTZUSD": D("0.0026"), "XETHZUSD": D("0.004")}


def test_permissions():
    granted = ["query-funds", "query-open-trades", "query-closed-trades", "modify-trades", "withdraw-funds"]
    assert parse_permissions({"permissions": granted}) == KeyPermissions(
        can_read=True, can_trade=False, can_withdraw=True
    )
    with pytest.raises(MalformedAnswerError):
        parse_permissions({})
