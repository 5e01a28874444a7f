import json
from decimal import Decimal

import pytest

from engine.brokers.paper.ledger import Draft, Kind
from engine.model.orders import Side
from sandbox.alpaca import AlpacaServer
from sandbox.alpaca.server import TRADE_STREAM
from tests.sandbox.streams.raw import connect


class BinaryClient:
    """A client of frames that are all binary."""

    def __init__(self, client):
        self._client = client
        self.send = client.send
        self.end = client.end

    async def receive(self):
        return json.loads(await self._client.socket.receive_bytes(timeout=5))

    async def receive_all(self, count):
        return [await self.receive() for _ in range(count)]


@pytest.fixture
async def server(market, hand_clock):
    async with AlpacaServer(market=market, monotonic=hand_clock.monotonic) as server:
        yield server


@pytest.fixture
def account(server):
    account = server.add_account()
    account.ledger.deposit("BTC", Decimal(1), at=server.now())
    return account


@pytest.fixture
async def client(server):
    async with connect(server, TRADE_STREAM) as client:
        yield BinaryClient(client)


async def authenticate(client, account):
    await client.send(action="auth", key=account.key, secret=account.secret)
    return await client.receive()


async def listen(client, *streams):
    await client.send(action="listen", data={"streams": list(streams)})
    return await client.receive()


def sell(server, account, **changes):
    listing = server.market.listing("alpaca", "BTC/USD")
    values = {"listing": listing, "side": Side.SELL, "kind": Kind.MARKET, "quantity": Decimal("0.01")}
    book = server.market.liquidity("alpaca", "BTC/USD")
    return account.ledger.place(Draft(**values | changes), book, at=server.now())


async def test_it_listens_once_it_is_authorized(client, account):
    authorized = await authenticate(client, account)
    listening = await listen(client, "trade_updates")

    assert authorized["data"]["status"] == "authorized"
    assert listening == {"stream": "listening", "data": {"streams": ["trade_updates"]}}


async def test_the_form_of_the_older_sdk_is_taken_too(client, account):
    data = {"key_id": account.key, "secret_key": account.secret}
    await client.send(action="authenticate", data=data)

    assert (await client.receive())["data"]["status"] == "authorized"


async def test_a_stream_that_does_not_exist_is_missing_from_the_answer(client, account):
    await authenticate(client, account)

    assert (await listen(client, "account_updates"))["data"] == {"streams": []}


async def test_a_wrong_key_is_unauthorized_and_may_not_listen(client, account):
    account.secret = "another"
    await client.send(action="auth", key=account.key, secret="wrong")
    refused = await client.receive()

    assert refused["data"]["status"] == "unauthorized"
    assert (await listen(client, "trade_updates"))["data"]["status"] == "unauthorized"


async def test_an_execution_shows_itself_and_the_whole_order(client, server, account):
    await authenticate(client, account)
    await listen(client, "trade_updates")

    order = sell(server, account)

    new, fill = [each["data"] for each in await client.receive_all(2)]
    assert (new["event"], new["order"]["id"]) == ("new", order.id)
    assert (fill["event"], fill["qty"], fill["order"]["filled_qty"]) == ("fill", "0.01", "0.01")
    assert fill["position_qty"] == "0.99"
    assert {new["execution_id"], fill["execution_id"]}.isdisjoint({None, ""})


async def test_a_cancelled_order_is_an_event(client, server, account):
    await authenticate(client, account)
    await listen(client, "trade_updates")
    order = sell(server, account, kind=Kind.LIMIT, limit=Decimal(90_000))
    await client.receive()

    account.ledger.cancel(order.id, at=server.now())

    data = (await client.receive())["data"]
    assert (data["event"], data["order"]["id"]) == ("canceled", order.id)


async def test_an_account_has_one_connection(client, server, account):
    await authenticate(client, account)

    async with connect(server, TRADE_STREAM) as second:
        answer = await authenticate(BinaryClient(second), account)

    assert answer["data"]["error"] == "connection limit exceeded"


async def test_a_client_that_does_not_authenticate_is_disconnected(client, hand_clock, quick_beats):
    hand_clock.ahead_s = 11

    assert await client.end() == 1000
