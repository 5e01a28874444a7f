from decimal import Decimal

import pytest
from hypothesis import given, settings

from engine.brokers.coinbase.parse import (
    find_unreadable_accounts,
    parse_book,
    parse_fills,
    parse_holdings,
    parse_instruments,
)
from engine.brokers.parse import MalformedAnswerError
from engine.instruments import TradingStatus
from engine.positions import Holding
from tests.engine.brokers.json_values import json_values

D = Decimal


def account(currency="BTC", free="1", held="0", **more):
    return {"currency": currency, "available_balance": {"value": free}, "hold": {"value": held}, **more}


@pytest.mark.parametrize("kind", ["ACCOUNT_TYPE_VAULT", "ACCOUNT_TYPE_PERP_FUTURES"])
def test_accounts_in_one_asset_are_one_holding_and_what_orders_cannot_use_is_locked(kind):
    rows = [account(free="1", held="0.5"), account(free="2"), account(free="3", type=kind)]
    assert parse_holdings(rows) == (Holding(asset="BTC", free=D(3), held=D("0.5"), locked=D(3)),)


def test_an_account_that_two_pages_show_is_counted_once():
    rows = [account(uuid="a"), account(uuid="b", free="2"), account(uuid="a")]
    assert parse_holdings(rows) == (Holding(asset="BTC", free=D(3), held=D(0)),)


def test_what_is_held_whole_is_still_there():
    assert parse_holdings([account(free="0", held="0.5")]) == (
        Holding(asset="BTC", free=D(0), held=D("0.5")),
    )


@pytest.mark.parametrize(
    "row",
    [
        {},
        account(free=None),
        account(held="NaN"),
        {"currency": "BTC", "available_balance": {"value": "1"}},
        {"currency": "BTC", "available_balance": "1", "hold": {"value": "0"}},
    ],
)
def test_an_account_with_a_missing_or_broken_field_is_unknown_and_not_zero(row):
    dollars = {**account(), "uuid": "usd", "currency": "USD"}

    assert [holding.asset for holding in parse_holdings([dollars, row])] == ["USD"]
    assert find_unreadable_accounts([dollars, row]) == {row.get("currency", "")}
    with pytest.raises(MalformedAnswerError):
        parse_holdings([row])


@settings(deadline=None)
@given(row=json_values(["currency", "available_balance", "hold", "value", "type"]))
def test_no_account_vanishes_unless_it_is_empty(row):
    try:
        holdings = parse_holdings([row] if isinstance(row, dict) else [])
    except MalformedAnswerError:
        return
    if isinstance(row, dict) and not holdings:
        assert D(str(row["available_balance"]["value"])) == D(str(row["hold"]["value"])) == 0


def product(**changes):
    return {
        "product_id": "BTC-USD",
        "base_currency_id": "BTC",
        "quote_currency_id": "USD",
        "base_increment": "0.00000001",
        "quote_increment": "0.01",
        "price_increment": "0.01",
        "base_min_size": "0.00000001",
        "quote_min_size": "1",
        "status": "online",
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, TradingStatus.ONLINE),
        ({"cancel_only": True}, TradingStatus.CANCEL_ONLY),
        ({"limit_only": True}, TradingStatus.LIMIT_ONLY),
        ({"post_only": True}, TradingStatus.POST_ONLY),
        ({"auction_mode": True}, TradingStatus.UNAVAILABLE),
        ({"view_only": True, "cancel_only": True}, TradingStatus.UNAVAILABLE),
        ({"status": "delisted", "is_disabled": True}, TradingStatus.CLOSED),
    ],
)
def test_product_flags_are_trading_states(changes, status):
    assert parse_instruments({"products": [product(**changes)]})["BTC/USD"].status is status


def test_one_product_in_a_new_format_does_not_hide_the_others():
    products = [product(), product(product_id="NEW-USD", base_increment="")]
    assert set(parse_instruments({"products": products})) == {"BTC/USD"}
    with pytest.raises(MalformedAnswerError):
        parse_instruments({"products": products[1:]})


def fill(**changes):
    return {
        "entry_id": "e-1",
        "trade_id": "t-1",
        "order_id": "o-1",
        "trade_time": "2026-11-22T10:00:00.5Z",
        "trade_type": "FILL",
        "price": "30000",
        "size": "10",
        "commission": "0.12",
        "product_id": "BTC-USD",
        "size_in_quote": False,
        "side": "BUY",
        **changes,
    }


def test_a_size_in_dollars_becomes_the_nearest_whole_lots():
    listed = parse_instruments({"products": [product()]})
    (bought,) = parse_fills({"fills": [fill(size_in_quote=True)]}, listed)
    assert bought.quantity == D("0.00033333")
    (unlisted,) = parse_fills({"fills": [fill(size_in_quote=True)]}, {})
    assert unlisted.quantity == D("0.000333333333333333")


@pytest.mark.parametrize("product_id", ["BTC-PERP-INTX", "SOL-28NOV26-CDE"])
@pytest.mark.parametrize("changes", [{}, {"price": "a lot"}, {"product_type": "FUTURE"}])
def test_fills_of_derivatives_are_no_part_of_a_spot_holding(product_id, changes):
    (spot,) = parse_fills({"fills": [fill(product_id=product_id, **changes), fill()]}, {})
    assert (spot.base, spot.quote) == ("BTC", "USD")


def test_corrections_are_no_fills():
    assert parse_fills({"fills": [fill(trade_type="REVERSAL")]}, {}) == ()


@pytest.mark.parametrize(
    "field", ["entry_id", "order_id", "trade_time", "trade_type", "price", "size", "commission"]
)
def test_a_fill_without_one_of_its_fields_raises(field):
    with pytest.raises(MalformedAnswerError):
        parse_fills({"fills": [fill(**{field: None})]}, {})


@pytest.mark.parametrize(
    "answer",
    [{}, {"pricebook": {}}, {"pricebook": {"product_id": "BTC-USD", "time": "2026-11-22T10:00:00Z"}}],
)
def test_a_broken_book_raises(answer):
    with pytest.raises(MalformedAnswerError):
        parse_book(answer)
