"""ccxt's unified methods against each stand-in: the same story told by a client that knows all three venues."""

import time
from contextlib import closing
from uuid import uuid4

import ccxt
import pytest

from sandbox.world import ALPACA, COINBASE, KRAKEN
from sandbox.world.world import KRAKEN_KEY, KRAKEN_SECRET
from tests.clients.conftest import NOON

SYMBOL = "BTC/USD"


@pytest.fixture(params=[KRAKEN, COINBASE, ALPACA])
def venue(request):
    return request.param


@pytest.fixture
def now(venue):
    return (lambda: NOON) if venue == ALPACA else time.time


def connect(world, venue, **changes):
    url = world.server(venue).url
    key, secret, api = {
        KRAKEN: (KRAKEN_KEY, KRAKEN_SECRET, {"public": url, "private": url}),
        COINBASE: (world.coinbase_account.key, world.coinbase_account.secret, {"rest": url}),
        ALPACA: (world.alpaca_account.key, world.alpaca_account.secret, {"trader": url, "market": url}),
    }[venue]
    settings = {"apiKey": key, "secret": secret, "urls": {"api": api}, "enableRateLimit": False, **changes}
    return getattr(ccxt, venue)(settings)


@pytest.fixture
def exchange(world, venue):
    exchange = connect(world, venue)
    with closing(exchange.session):
        exchange.load_markets()
        yield exchange


def test_balances_are_read(exchange, venue):
    if venue == ALPACA:
        pytest.skip("ccxt reads cash only there")
    balance = exchange.fetch_balance()

    assert (balance["USD"]["free"], balance["BTC"]["total"]) == (1_000, 0.01)


def test_prices_are_read(world, exchange, venue):
    bid = float(world.bid(venue, SYMBOL))

    assert exchange.fetch_ticker(SYMBOL)["bid"] == bid
    assert exchange.fetch_order_book(SYMBOL)["bids"][0][0] == bid
    assert exchange.fetch_ohlcv(SYMBOL, "1m", limit=3)


def test_a_market_sale_is_filled_and_in_the_history(exchange):
    order = exchange.create_order(SYMBOL, "market", "sell", 0.002, params={"clientOrderId": str(uuid4())})

    found = exchange.fetch_order(order["id"], SYMBOL)
    trades = exchange.fetch_my_trades(SYMBOL)
    assert (found["status"], found["filled"]) == ("closed", 0.002)
    assert sum(trade["amount"] for trade in trades if trade["order"] == order["id"]) == 0.002


def test_an_open_order_is_listed_and_cancelled(exchange):
    order = exchange.create_order(SYMBOL, "limit", "sell", 0.001, 95_000)
    listed = {each["id"] for each in exchange.fetch_open_orders(SYMBOL)}

    exchange.cancel_order(order["id"], SYMBOL)

    assert order["id"] in listed
    assert exchange.fetch_order(order["id"], SYMBOL)["status"] == "canceled"


def test_fees_are_read(exchange, venue):
    if venue == ALPACA:
        pytest.skip("the venue has no endpoint for them")

    assert exchange.fetch_trading_fee(SYMBOL)["taker"] > 0


def test_more_than_is_free_is_insufficient_funds(exchange):
    with pytest.raises(ccxt.InsufficientFunds):
        exchange.create_order(SYMBOL, "market", "sell", 5)


def test_a_wrong_key_is_an_authentication_error(world, venue):
    exchange = connect(world, venue, apiKey="nobody")

    with closing(exchange.session), pytest.raises(ccxt.AuthenticationError):
        exchange.fetch_open_orders(SYMBOL)
