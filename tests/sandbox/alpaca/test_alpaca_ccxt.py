"""Unmodified ccxt against the stand-in."""

import ccxt.async_support as ccxt
import pytest

from tests.sandbox.alpaca.conftest import NOON


@pytest.fixture
async def exchange(server, account):
    exchange = ccxt.alpaca(
        {
            "apiKey": account.key,
            "secret": account.secret,
            "enableRateLimit": False,
            "urls": {"api": {"trader": server.url, "market": server.url, "broker": server.url}},
        }
    )
    yield exchange
    await exchange.close()


async def test_it_loads_crypto_markets_with_their_steps(exchange):
    markets = await exchange.load_markets()

    assert list(markets) == ["BTC/USD"]
    assert markets["BTC/USD"]["precision"] == {"amount": 1e-9, "price": 0.01}
    assert markets["BTC/USD"]["limits"]["amount"]["min"] == 0.001


async def test_it_reads_cash_and_coins_and_drops_stocks(exchange):
    await exchange.create_order("BTC/USD", "limit", "sell", 0.5, 120)

    balance = await exchange.fetch_balance()

    assert (balance["USD"]["free"], balance["USD"]["total"]) == (1000.0, 1000.0)
    assert (balance["BTC"]["free"], balance["BTC"]["total"]) == (1.5, 2.0)
    assert "AAPL" not in balance
    assert [row["symbol"] for row in balance["info"]["positions"]] == ["BTCUSD", "AAPL"]


async def test_a_market_sell_can_be_followed_to_its_fill(exchange):
    placed = await exchange.create_order("BTC/USD", "market", "sell", 1, None, {"clientOrderId": "mine"})
    order = await exchange.fetch_order(placed["id"])
    (trade,) = await exchange.fetch_my_trades("BTC/USD")

    assert (placed["clientOrderId"], placed["status"], placed["filled"]) == ("mine", "open", 0.0)
    assert (order["status"], order["filled"], order["average"]) == ("closed", 1.0, 99.5)
    assert (trade["order"], trade["amount"], trade["price"]) == (placed["id"], 1.0, 99.5)


async def test_open_orders_are_listed_and_cancelled(exchange):
    await exchange.create_order("BTC/USD", "limit", "sell", 0.5, 120)
    (order,) = await exchange.fetch_open_orders("BTC/USD")

    await exchange.cancel_order(order["id"])

    assert (order["amount"], order["price"], order["side"]) == (0.5, 120.0, "sell")
    assert await exchange.fetch_open_orders("BTC/USD") == []
    assert (await exchange.fetch_order(order["id"]))["status"] == "canceled"


async def test_a_lost_order_is_found_by_its_client_id_outside_of_its_table(exchange):
    await exchange.create_order("BTC/USD", "market", "sell", 1, None, {"clientOrderId": "mine"})

    path, api = "v2/orders:by_client_order_id", ["trader", "private"]
    order = await exchange.request(path, api, "GET", {"client_order_id": "mine"})

    assert order["status"] == "filled"


async def test_ticker_book_and_time(exchange):
    ticker = await exchange.fetch_ticker("BTC/USD")
    book = await exchange.fetch_order_book("BTC/USD")

    assert (ticker["bid"], ticker["ask"]) == (99.5, 100.5)
    assert (book["bids"][0], book["asks"][0]) == ([99.5, 20.0], [100.5, 20.0])
    assert await exchange.fetch_time() == int(NOON * 1000)


async def test_refusals_become_its_errors(exchange, account):
    await exchange.load_markets()

    with pytest.raises(ccxt.InsufficientFunds):
        await exchange.create_order("BTC/USD", "market", "sell", 3)
    with pytest.raises(ccxt.InvalidOrder):
        await exchange.create_order("BTC/USD", "market", "buy", 0.01)
    with pytest.raises(ccxt.InsufficientFunds):
        await exchange.create_order("BTC/USD", "market", "buy", 11)
    account.crypto_status = "INACTIVE"
    with pytest.raises(ccxt.BadRequest):
        await exchange.create_order("BTC/USD", "market", "sell", 1)
    account.trading_blocked = True
    # 403 without a mapped message: ccxt takes it for an outage.
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await exchange.create_order("BTC/USD", "market", "sell", 1)
    exchange.secret = "wrong"
    with pytest.raises(ccxt.AuthenticationError):
        await exchange.fetch_balance()
