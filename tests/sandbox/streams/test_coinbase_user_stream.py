from decimal import Decimal

import pytest

from engine.brokers.coinbase.stream_token import stream_token
from engine.brokers.paper.ledger import Draft, Kind
from engine.clock import SystemClock
from engine.model.orders import Side
from sandbox.coinbase import CoinbaseServer
from sandbox.coinbase.server import USER_STREAM
from tests.sandbox.streams.raw import connect


@pytest.fixture
async def server(market, hand_clock):
    async with CoinbaseServer(market=market, monotonic=hand_clock.monotonic) as server:
        yield server


@pytest.fixture
def account(server):
    account = server.add_account()
    account.ledger.deposit("BTC", Decimal(1), at=server.now())
    return account


@pytest.fixture
async def client(server):
    async with connect(server, USER_STREAM) as client:
        yield client


def token_of(account):
    return stream_token(account.key, account.secret, now=SystemClock().now())


async def subscribe(client, jwt, channel="user"):
    await client.send(type="subscribe", channel=channel, jwt=jwt)


def sell(server, account, **changes):
    listing = server.market.listing("coinbase", "BTC/USD")
    values = {"listing": listing, "side": Side.SELL, "kind": Kind.MARKET, "quantity": Decimal("0.01")}
    book = server.market.liquidity("coinbase", "BTC/USD")
    return account.ledger.place(Draft(**values | changes), book, at=server.now())


async def test_a_subscription_is_confirmed_and_shows_the_open_orders(client, server, account):
    resting = sell(server, account, kind=Kind.LIMIT, limit=Decimal(90_000))
    sell(server, account)
    await subscribe(client, token_of(account))

    confirmation, snapshot = await client.receive_all(2)
    assert confirmation["events"] == [{"subscriptions": {"user": [account.user_id]}}]
    [event] = snapshot["events"]
    assert (event["type"], [order["order_id"] for order in event["orders"]]) == ("snapshot", [resting.id])


async def test_open_orders_come_in_batches_and_a_smaller_one_ends_them(client, server, account):
    for _ in range(50):
        sell(server, account, kind=Kind.LIMIT, limit=Decimal(90_000))
    await subscribe(client, token_of(account))

    _, first, second = await client.receive_all(3)
    assert [len(each["events"][0]["orders"]) for each in (first, second)] == [50, 0]


async def test_an_update_is_the_orders_state_in_texts_and_no_fill(client, server, account):
    await subscribe(client, token_of(account))
    await client.receive_all(2)

    order = sell(server, account)

    message = await client.receive()
    [row] = message["events"][0]["orders"]
    assert (row["order_id"], row["status"], row["cumulative_quantity"]) == (order.id, "FILLED", "0.01")
    assert not {"trade_id", "fills", "last_fill_time"} & row.keys()
    assert all(isinstance(value, str) for value in row.values())


@pytest.mark.parametrize("channel", ["level2", "ticker", "orders", None])
async def test_another_channel_is_the_same_error_as_a_wrong_token(client, account, channel):
    await subscribe(client, token_of(account), channel)

    assert await client.receive() == {"type": "error", "message": "authentication failure"}


async def test_a_token_counts_once(client, account):
    token = token_of(account)
    await subscribe(client, token)
    await client.receive_all(2)
    await client.send(type="unsubscribe", channel="user", jwt=token)

    assert (await client.receive())["type"] == "error"


async def test_a_token_of_another_key_opens_nothing(client, server, account):
    other = server.add_account()
    await subscribe(client, stream_token(account.key, other.secret, now=SystemClock().now()))

    assert (await client.receive())["type"] == "error"


async def test_a_key_that_may_not_look_is_refused(client, account):
    account.can_view = False
    await subscribe(client, token_of(account))

    assert (await client.receive())["type"] == "error"


async def test_transfers_are_none_of_its_news(client, server, account):
    await subscribe(client, token_of(account))
    await client.receive_all(2)

    account.ledger.deposit("BTC", Decimal(1), at=server.now())
    order = sell(server, account)

    [row] = (await client.receive())["events"][0]["orders"]
    assert row["order_id"] == order.id
