from decimal import Decimal

import pytest

from engine.brokers.coinbase.parse import (
    parse_book,
    parse_fills,
    parse_instruments,
)
from engine.brokers.parse import MalformedAnswerError
from engine.model.instruments import TradingStatus

D = Decimal


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


@pytest.mark.parametrize("kind", ["SPOT", "spot", "UNKNOWN_PRODUCT_TYPE", "", None])
def test_a_pair_is_listed_whatever_the_venue_calls_its_type(kind):
    products = [
        product(product_type=kind),
        product(product_id="ETH-USD", base_currency_id="ETH", product_type="SPOT"),
        product(product_id="BTC-PERP-INTX", product_type="FUTURE"),
        product(product_id="SPY-USD", base_currency_id="SPY", product_type="A_NEW_ONE"),
    ]

    assert list(parse_instruments({"products": products})) == ["BTC/USD", "ETH/USD"]


def test_one_product_in_a_new_format_does_not_hide_the_others():
    products = [product(), product(product_id=["NEW-USD"])]
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


@pytest.mark.parametrize("missing", [None, ""])
def test_a_fill_of_which_the_fee_is_not_reported_is_kept_with_an_unknown_fee(missing):
    (read,) = parse_fills({"fills": [fill(commission=missing)]}, {})
    assert (read.quantity, read.fee) == (D(10), None)


def test_a_size_is_in_coins_unless_it_is_said_to_be_in_dollars():
    row = {key: value for key, value in fill().items() if key != "size_in_quote"}
    (read,) = parse_fills({"fills": [row]}, {})
    assert read.quantity == D(10)


def test_corrections_are_no_fills():
    assert parse_fills({"fills": [fill(trade_type="REVERSAL")]}, {}) == ()


@pytest.mark.parametrize("field", ["entry_id", "order_id", "trade_time", "trade_type", "price", "size"])
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
