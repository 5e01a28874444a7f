from decimal import Decimal

import pytest

from engine.brokers.paper.ledger import Draft, Kind
from engine.model.orders import Side
from sandbox.kraken import KrakenServer
from sandbox.kraken.account import TRADING_PERMISSIONS
from sandbox.kraken.server import ACCOUNT_STREAM
from tests.sandbox.streams.raw import connect

TOKEN = "a token of the account's"


@pytest.fixture
async def server(market, hand_clock):
    async with KrakenServer(market=market, monotonic=hand_clock.monotonic) as server:
        yield server


@pytest.fixture
def account(server):
    account = server.add_account(key="k" * 56, secret="c2VjcmV0")
    account.ledger.deposit("BTC", Decimal(1), at=server.now())
    account.stream_tokens[TOKEN] = server.now() + 900
    return account


@pytest.fixture
async def client(server, account):
    async with connect(server, ACCOUNT_STREAM) as client:
        await client.receive()
        yield client


async def subscribe(client, channel="executions", token=TOKEN, **params):
    await client.send(method="subscribe", params={"channel": channel, "token": token, **params}, req_id=3)


def draft(server, **changes):
    listing = server.market.listing("kraken", "BTC/USD")
    values = {"listing": listing, "side": Side.SELL, "kind": Kind.MARKET, "quantity": Decimal("0.01")}
    return Draft(**values | changes)


def sell(server, account, **changes):
    book = server.market.liquidity("kraken", "BTC/USD")
    return account.ledger.place(draft(server, **changes), book, at=server.now())


async def test_a_subscription_is_confirmed_and_then_shown(client, server, account):
    resting = sell(server, account, kind=Kind.LIMIT, limit=Decimal(90_000), client_id="mine")
    await subscribe(client)

    answer, snapshot = await client.receive_all(2)
    assert (answer["success"], answer["result"]["channel"], answer["req_id"]) == (True, "executions", 3)
    assert (snapshot["type"], snapshot["sequence"]) == ("snapshot", 1)
    [order] = snapshot["data"]
    assert (order["order_id"], order["symbol"], order["cl_ord_id"]) == (resting.id, "BTC/USD", "mine")


async def test_only_the_first_row_of_an_order_shows_all_of_it(client, server, account):
    await subscribe(client)
    await client.receive_all(2)

    order = sell(server, account)

    first, accepted, done = await client.receive_all(3)
    assert [first["data"][0]["exec_type"], accepted["data"][0]["exec_type"]] == ["pending_new", "new"]
    assert first["data"][0]["symbol"] == "BTC/USD"
    trade, end = done["data"]
    assert (trade["exec_type"], trade["order_status"], trade["last_qty"]) == (
        "trade",
        "partially_filled",
        Decimal("0.01"),
    )
    assert (end["exec_type"], end["order_status"], end["order_id"]) == ("filled", "filled", order.id)
    assert not {"symbol", "cl_ord_id", "side"} & (trade.keys() | end.keys())


async def test_each_channel_is_numbered_by_itself(client, server, account):
    await subscribe(client)
    await subscribe(client, "balances")
    await client.receive_all(4)

    sell(server, account)

    messages = await client.receive_all(4)
    numbers = [(message["channel"], message["sequence"]) for message in messages]
    assert numbers == [("executions", 2), ("executions", 3), ("executions", 4), ("balances", 2)]


async def test_a_balance_is_shown_whole_and_then_by_its_entries(client, server, account):
    await subscribe(client, "balances")
    _, snapshot = await client.receive_all(2)
    account.ledger.deposit("BTC", Decimal("0.5"), at=server.now())

    update = await client.receive()
    assert [(row["asset"], row["balance"]) for row in snapshot["data"]] == [("BTC", 1)]
    [entry] = update["data"]
    assert (entry["type"], entry["asset"], entry["amount"]) == ("deposit", "BTC", Decimal("0.5"))
    assert entry["balance"] == Decimal("1.5")


async def test_past_trades_are_shown_where_they_are_asked_for(client, server, account):
    sell(server, account)
    await subscribe(client, snap_trades=True)

    _, snapshot = await client.receive_all(2)
    assert [row["exec_type"] for row in snapshot["data"]] == ["trade"]


@pytest.mark.parametrize("token", ["another", None, ""])
async def test_a_wrong_token_opens_nothing(client, token):
    await subscribe(client, token=token)

    answer = await client.receive()
    assert (answer["success"], answer["error"]) == (False, "ESession:Invalid session")
    assert "result" not in answer


async def test_a_token_that_was_not_used_in_time_opens_nothing(client, server, account):
    account.stream_tokens[TOKEN] = server.now() - 1
    await subscribe(client)

    assert (await client.receive())["error"] == "ESession:Invalid session"


@pytest.mark.parametrize(
    ("channel", "permission"), [("executions", "query-open-trades"), ("balances", "query-funds")]
)
async def test_a_channel_needs_its_permission(client, account, channel, permission):
    account.permissions = TRADING_PERMISSIONS - {permission}
    await subscribe(client, channel)

    assert (await client.receive())["error"] == "EGeneral:Permission denied"


@pytest.mark.parametrize("channel", ["ticker", "level3", None])
async def test_an_unknown_channel_is_refused(client, channel):
    await subscribe(client, channel)

    assert (await client.receive())["error"] == "Channel not supported"


async def test_a_channel_is_subscribed_once_and_ended(client, server, account):
    await subscribe(client)
    await client.receive_all(2)
    await subscribe(client)
    assert (await client.receive())["error"] == "Already subscribed"

    await client.send(method="unsubscribe", params={"channel": "executions", "token": TOKEN})
    assert (await client.receive())["success"] is True
    sell(server, account)
    await client.send(method="ping", req_id=9)

    assert (await client.receive())["method"] == "pong"
