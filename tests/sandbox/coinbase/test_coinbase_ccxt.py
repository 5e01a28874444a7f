"""Unmodified ccxt against the stand-in."""

import time
from decimal import Decimal

import ccxt.async_support as ccxt
import pytest


@pytest.fixture
def clock():
    class Wall:
        # ccxt signs with the machine's clock.
        now = staticmethod(time.time)

    return Wall()


@pytest.fixture
async def exchange(server, account):
    exchange = ccxt.coinbase(
        {
            "apiKey": account.key,
            "secret": account.secret,
            "enableRateLimit": False,
            "urls": {"api": {"rest": server.url}},
        }
    )
    yield exchange
    await exchange.close()


async def test_it_loads_markets_with_their_steps_and_the_accounts_fee(exchange):
    market = (await exchange.load_markets())["BTC/USD"]

    assert market["precision"] == {"amount": 0.001, "price": 0.01}
    assert (market["limits"]["amount"]["min"], market["limits"]["cost"]["min"]) == (0.01, 1.0)
    assert (market["taker"], market["active"]) == (0.012, True)


async def test_it_reads_every_page_of_balances_with_holds(exchange, server):
    server.switches.page_size = 1
    await exchange.create_order("BTC/USD", "limit", "sell", 0.5, 120)

    balance = await exchange.fetch_balance({"v3": True})

    assert (balance["BTC"]["free"], balance["BTC"]["used"], balance["BTC"]["total"]) == (1.5, 0.5, 2.0)
    assert balance["USD"]["free"] == 1000.0


async def test_its_default_balance_call_is_fooled_as_at_the_venue(exchange):
    await exchange.create_order("BTC/USD", "limit", "sell", 0.5, 120)

    balance = await exchange.fetch_balance()

    assert (balance["BTC"]["free"], balance["BTC"]["used"]) == (2.0, 0.0)


async def test_a_market_sell_can_be_followed_to_its_fill(exchange):
    placed = await exchange.create_order("BTC/USD", "market", "sell", 1, None, {"client_order_id": "mine"})
    order = await exchange.fetch_order(placed["id"], "BTC/USD")
    trades = await exchange.fetch_my_trades("BTC/USD")

    assert (placed["clientOrderId"], placed["status"]) == ("mine", None)
    assert (order["status"], order["filled"], order["average"]) == ("closed", 1.0, 99.5)
    assert order["fee"] == {"cost": "1.194", "currency": "USD"}
    assert (trades[0]["amount"], trades[0]["price"], trades[0]["fee"]["cost"]) == (1.0, 99.5, 1.194)


async def test_its_own_client_order_id_parameter_never_arrives(exchange, server):
    await exchange.create_order("BTC/USD", "market", "sell", 1, None, {"clientOrderId": "mine"})

    assert server.tape.calls("orders")[0].params["client_order_id"] != "mine"


async def test_a_buy_by_cost_is_read_back_in_base_units(exchange):
    await exchange.create_market_buy_order_with_cost("BTC/USD", 101.7)

    (trade,) = await exchange.fetch_my_trades("BTC/USD")

    assert (trade["amount"], trade["side"]) == (0.999, "buy")


async def test_open_orders_are_listed_and_cancelled(exchange):
    await exchange.create_order("BTC/USD", "limit", "sell", 0.5, 120)
    (order,) = await exchange.fetch_open_orders("BTC/USD")

    await exchange.cancel_order(order["id"])

    assert (order["status"], order["amount"], order["price"]) == ("open", 0.5, 120.0)
    assert await exchange.fetch_open_orders("BTC/USD") == []
    assert (await exchange.fetch_order(order["id"]))["status"] == "canceled"


async def test_ticker_book_and_time_need_no_key(exchange, server):
    public = ccxt.coinbase({"enableRateLimit": False, "urls": {"api": {"rest": server.url}}})

    ticker = await public.fetch_ticker("BTC/USD")
    book = await public.fetch_order_book("BTC/USD")
    milliseconds = await public.fetch_time()
    tickers = await public.fetch_tickers(["BTC/USD"])
    await public.close()

    assert (ticker["bid"], ticker["ask"], ticker["last"]) == (99.5, 100.5, 100.5)
    assert (book["bids"][0], book["asks"][0]) == ([99.5, 2.0], [100.5, 2.0])
    assert abs(milliseconds / 1000 - time.time()) < 10
    assert (tickers["BTC/USD"]["bid"], tickers["BTC/USD"]["last"]) == (None, 100.5)


async def test_the_wrong_key_is_an_authentication_error(exchange, server):
    exchange.secret = server.add_account().secret

    with pytest.raises(ccxt.AuthenticationError):
        await exchange.fetch_balance({"v3": True})


async def test_too_little_money_is_insufficient_funds(exchange):
    with pytest.raises(ccxt.InsufficientFunds):
        await exchange.create_order("BTC/USD", "market", "sell", 3)


async def test_fees_are_the_accounts(exchange):
    assert (await exchange.fetch_trading_fees())["BTC/USD"]["taker"] == 0.012


async def test_exact_money_is_in_the_raw_strings(exchange, account, clock):
    account.ledger.deposit("BTC", Decimal("0.123456789012345678"), at=clock.now())

    balance = await exchange.fetch_balance({"v3": True})

    assert balance["info"]["accounts"][1]["available_balance"]["value"] == "2.123456789012345678"
