"""The unmodified ccxt client against the stand-in: what ccxt understands there, it understands at Kraken."""

import ccxt.async_support as ccxt
import pytest

from sandbox.faults import Fault, FaultKind
from tests.sandbox.kraken.client import KEY, SECRET

UUID = "6d1b345e-2821-40e2-ad83-4ecb18a06876"


@pytest.fixture
async def exchange(kraken, account):
    urls = {"api": {"public": kraken.url, "private": kraken.url}}
    exchange = ccxt.kraken({"apiKey": KEY, "secret": SECRET, "urls": urls, "enableRateLimit": False})
    yield exchange
    await exchange.close()


async def test_markets_load_with_steps_and_minimums(exchange):
    market = (await exchange.load_markets())["BTC/USD"]

    assert market["precision"] == {"amount": 1e-8, "price": 0.1}
    assert market["limits"]["amount"]["min"] == 0.00005
    assert market["limits"]["cost"]["min"] == 0.5
    assert (market["taker"], market["maker"], market["active"]) == (0.004, 0.0025, True)
    assert exchange.market("DOGE/USD")["id"] == "XDGUSD"


async def test_balances_are_free_used_and_total(exchange, client, fund):
    fund(BTC=1, BTC_M=2, USDT_F=3)
    await client.order(price="70000")

    balance = await exchange.fetch_balance()

    assert balance["BTC"] == {"free": 0.9, "used": 0.1, "total": 1.0}
    assert (balance["BTC.M"]["total"], balance["USDT.F"]["total"]) == (2.0, 3.0)


async def test_an_order_is_created_and_fetched(exchange, fund):
    fund(BTC=1)

    created = await exchange.create_order("BTC/USD", "market", "sell", 0.1, None, {"clientOrderId": UUID})
    order = await exchange.fetch_order(created["id"])

    assert (created["amount"], created["status"]) == (0.1, None)
    assert (order["status"], order["clientOrderId"], order["average"]) == ("closed", UUID, 59970.0)
    assert (order["cost"], order["fee"]["currency"], order["fee"]["cost"]) == (5997.0, "USD", "23.98800")


async def test_a_resting_order_is_listed_and_cancelled(exchange, fund):
    fund(BTC=1)
    created = await exchange.create_order("BTC/USD", "limit", "sell", 0.1, 70000)

    listed = await exchange.fetch_open_orders("BTC/USD")
    await exchange.cancel_order(created["id"])

    assert [(order["id"], order["price"], order["remaining"]) for order in listed] == [
        (created["id"], 70000.0, 0.1)
    ]
    assert await exchange.fetch_open_orders() == []
    assert [order["status"] for order in await exchange.fetch_closed_orders()] == ["canceled"]


async def test_trades_ledger_and_fees_are_understood(exchange, client, fund):
    fund(BTC=1)
    await client.order()

    (trade,) = await exchange.fetch_my_trades("BTC/USD")
    entries = await exchange.fetch_ledger("USD")
    fee = await exchange.fetch_trading_fee("BTC/USD")

    assert (trade["price"], trade["amount"], trade["takerOrMaker"]) == (59970.0, 0.1, "taker")
    assert trade["fee"] == {"cost": 23.988, "currency": "USD"}
    assert [(entry["amount"], entry["fee"]["cost"]) for entry in entries] == [(5997.0, 23.988)]
    assert (fee["taker"], fee["maker"]) == (0.004, 0.0025)


async def test_quotes_are_understood(exchange):
    ticker = await exchange.fetch_ticker("BTC/USD")
    book = await exchange.fetch_order_book("BTC/USD", 1)

    assert (ticker["bid"], ticker["ask"]) == (59970.0, 60030.0)
    assert book["bids"] == [[59970.0, 5.0, 1_700_000_000]]


async def test_a_margin_position_is_opened_seen_and_closed(exchange, fund):
    fund(USD=1000)

    await exchange.create_order("BTC/USD", "market", "buy", 0.02, None, {"leverage": 2})
    (position,) = await exchange.fetch_positions()
    await exchange.create_order("BTC/USD", "market", "sell", 0.02, None, {"leverage": 2, "reduceOnly": True})

    assert (position["side"], position["contracts"], position["initialMargin"]) == ("long", 0.02, 600.3)
    assert await exchange.fetch_positions() == []


async def test_a_buy_by_cost_is_understood(exchange, account, fund):
    fund(USD=100)

    await exchange.create_market_buy_order_with_cost("BTC/USD", 50)

    assert 0.00083 < account.ledger.total("BTC") < 0.00084


async def test_implicit_private_calls_work(exchange, account):
    info = await exchange.private_post_getapikeyinfo()
    balance = await exchange.private_post_tradebalance({"asset": "ZUSD"})

    assert info["result"]["permissions"] == sorted(account.permissions)
    assert balance["result"]["eb"] == "0.0000"


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (("BTC/USD", "market", "sell", 1), ccxt.InsufficientFunds),
        (("BTC/USD", "market", "sell", 0.00001), ccxt.InvalidOrder),
    ],
    ids=["more than is there", "below the minimum"],
)
async def test_refusals_become_ccxts_errors(exchange, order, error):
    with pytest.raises(error):
        await exchange.create_order(*order)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.INVALID_NONCE, ccxt.InvalidNonce),
        (FaultKind.RATE_LIMIT, ccxt.DDoSProtection),
        (FaultKind.CANCEL_ONLY, ccxt.OnMaintenance),
        (FaultKind.HTTP_ERROR_BEFORE, ccxt.ExchangeNotAvailable),
        (FaultKind.HTTP_ERROR_AFTER, ccxt.ExchangeNotAvailable),
        (FaultKind.DROP_BEFORE, ccxt.ExchangeNotAvailable),
        (FaultKind.DROP_AFTER, ccxt.ExchangeNotAvailable),
        (FaultKind.TRUNCATE, ccxt.ExchangeError),
    ],
    ids=str,
)
async def test_faults_reach_ccxt_as_at_kraken(exchange, kraken, fund, kind, error):
    fund(BTC=1)
    kraken.faults.add(Fault(kind=kind, endpoint="AddOrder"))

    with pytest.raises(error):
        await exchange.create_order("BTC/USD", "market", "sell", 0.1)

    answered = await kraken.tape.wait_for("AddOrder", answered=True)
    assert len(answered) == 1


@pytest.mark.parametrize("body", ["", "<html></html>"], ids=["empty", "html"])
async def test_a_page_for_balances_is_an_empty_account_to_ccxt(exchange, kraken, fund, body):
    """The trap itself: whoever trusts fetch_balance alone sees nothing and no error."""
    fund(BTC=1)
    kraken.faults.add(Fault(kind=FaultKind.HTML_200, endpoint="BalanceEx", body=body))

    assert (await exchange.fetch_balance())["total"] == {}


async def test_two_clients_with_one_key_and_millisecond_nonces_collide(exchange, client):
    """A key that once saw nanoseconds refuses ccxt's own milliseconds for ever."""
    await client.result("BalanceEx", nonce=1_700_000_000_000_000_000)

    with pytest.raises(ccxt.InvalidNonce):
        await exchange.fetch_balance()
