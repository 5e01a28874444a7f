"""Alpaca's official SDK (alpaca-py) against the Alpaca stand-in, through what the bot uses."""

from decimal import Decimal
from uuid import uuid4

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
from alpaca.data.requests import (
    CryptoBarsRequest,
    CryptoLatestOrderbookRequest,
    CryptoLatestQuoteRequest,
    CryptoSnapshotRequest,
    StockLatestQuoteRequest,
)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetClass, OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import GetAssetsRequest, GetOrdersRequest, LimitOrderRequest, MarketOrderRequest

from tests.clients.conftest import NOON


@pytest.fixture
def now():
    return lambda: NOON


@pytest.fixture
def trading(world):
    account = world.alpaca_account
    client = TradingClient(account.key, account.secret, url_override=world.alpaca.url)
    with client._session:
        yield client


@pytest.fixture
def coin_data(world):
    client = CryptoHistoricalDataClient(url_override=world.alpaca.url)
    with client._session:
        yield client


def a_sale(**changes):
    return MarketOrderRequest(
        **{
            "symbol": "BTC/USD",
            "qty": "0.002",
            "side": OrderSide.SELL,
            "time_in_force": TimeInForce.GTC,
            **changes,
        }
    )


def test_the_account_and_its_positions_are_read(trading):
    account = trading.get_account()
    (position,) = trading.get_all_positions()

    assert (account.cash, account.currency) == ("1000", "USD")
    assert Decimal(position.qty) - Decimal(position.qty_available) == Decimal("0.004")
    assert trading.get_open_position("BTCUSD").asset_id == position.asset_id


def test_assets_and_the_clock_are_read(trading):
    coins = {
        asset.symbol: asset
        for asset in trading.get_all_assets(GetAssetsRequest(asset_class=AssetClass.CRYPTO))
    }

    assert coins["BTC/USD"].tradable
    assert trading.get_asset("AAPL").fractionable
    assert trading.get_clock().is_open


def test_prices_are_read(world, coin_data):
    account = world.alpaca_account
    quote = coin_data.get_crypto_latest_quote(CryptoLatestQuoteRequest(symbol_or_symbols="BTC/USD"))[
        "BTC/USD"
    ]
    book = coin_data.get_crypto_latest_orderbook(CryptoLatestOrderbookRequest(symbol_or_symbols="BTC/USD"))[
        "BTC/USD"
    ]
    snapshot = coin_data.get_crypto_snapshot(CryptoSnapshotRequest(symbol_or_symbols=["BTC/USD"]))["BTC/USD"]
    bars = coin_data.get_crypto_bars(
        CryptoBarsRequest(symbol_or_symbols="BTC/USD", timeframe=TimeFrame.Minute, limit=3)
    )
    stocks = StockHistoricalDataClient(account.key, account.secret, url_override=world.alpaca.url)
    with stocks._session:
        share = stocks.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="AAPL"))["AAPL"]

    assert Decimal(str(quote.bid_price)) == world.bid("alpaca", "BTC/USD")
    assert book.bids[0].price == snapshot.latest_quote.bid_price == quote.bid_price
    assert len(bars["BTC/USD"]) == 3
    assert share.bid_price < share.ask_price


def test_a_market_sale_is_filled_and_found_by_either_id(trading):
    client_id = str(uuid4())

    order = trading.submit_order(a_sale(client_order_id=client_id))

    filled = trading.get_order_by_id(order.id)
    assert trading.get_order_by_client_id(client_id).id == order.id
    assert (filled.status, Decimal(filled.filled_qty)) == (OrderStatus.FILLED, Decimal("0.002"))
    assert order.id in {
        each.id for each in trading.get_orders(GetOrdersRequest(status=QueryOrderStatus.CLOSED))
    }


def test_fills_are_reported_as_activities(trading):
    order = trading.submit_order(a_sale())

    rows = trading.get("/account/activities/FILL", {"direction": "desc"})

    assert (rows[0]["order_id"], Decimal(rows[0]["qty"]), rows[0]["side"]) == (
        str(order.id),
        Decimal("0.002"),
        "sell",
    )


def test_an_open_order_is_listed_and_cancelled(trading):
    placed = trading.submit_order(
        LimitOrderRequest(
            symbol="BTC/USD",
            qty="0.001",
            side=OrderSide.SELL,
            time_in_force=TimeInForce.GTC,
            limit_price=95_000,
        )
    )
    listed = {order.id for order in trading.get_orders()}

    trading.cancel_order_by_id(placed.id)

    assert placed.id in listed
    assert trading.get_order_by_id(placed.id).status == OrderStatus.CANCELED
    assert placed.id not in {order.id for order in trading.get_orders()}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"qty": "5"}, 403, 40310000),
        ({"qty": "0.000001"}, 403, 40310000),
        ({"symbol": "NOSUCH/USD"}, 422, 42210000),
    ],
    ids=["more than is free", "below the minimum", "unknown symbol"],
)
def test_a_refusal_comes_with_code_and_message(trading, changes, status, code):
    with pytest.raises(APIError) as refused:
        trading.submit_order(a_sale(**changes))

    assert (refused.value.status_code, refused.value.code) == (status, code)
    assert refused.value.message


def test_a_client_id_is_taken_once(trading):
    client_id = str(uuid4())
    trading.submit_order(a_sale(client_order_id=client_id))

    with pytest.raises(APIError, match="client_order_id must be unique"):
        trading.submit_order(a_sale(client_order_id=client_id))


def test_an_unknown_order_is_not_found(trading):
    with pytest.raises(APIError) as refused:
        trading.get_order_by_id(uuid4())

    assert refused.value.status_code == 404


def test_a_wrong_secret_is_refused(world):
    client = TradingClient(world.alpaca_account.key, "wrong", url_override=world.alpaca.url)

    with client._session, pytest.raises(APIError) as refused:
        client.get_account()

    assert refused.value.status_code in {401, 403}
