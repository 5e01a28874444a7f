import pytest

from sandbox.kraken import KrakenServer
from sandbox.kraken.server import STREAM
from tests.sandbox.streams.raw import connect


@pytest.fixture
async def server(market, hand_clock):
    async with KrakenServer(market=market, monotonic=hand_clock.monotonic) as server:
        yield server


@pytest.fixture
async def client(server):
    async with connect(server, STREAM) as client:
        await client.receive()
        yield client


def a_ticker(message):
    return message.get("channel") == "ticker"


async def test_it_greets_with_its_status(server):
    async with connect(server, STREAM) as client:
        greeting = await client.receive()

    assert greeting["channel"] == "status"
    assert greeting["data"][0]["system"] == "online"


async def test_each_pair_is_confirmed_by_itself_and_then_shown(client):
    params = {"channel": "ticker", "symbol": ["BTC/USD", "ETH/USD"], "event_trigger": "bbo"}
    await client.send(method="subscribe", params=params, req_id=7)

    first, snapshot, second, _ = await client.receive_all(4)
    assert first["result"] == {
        "channel": "ticker",
        "event_trigger": "bbo",
        "snapshot": True,
        "symbol": "BTC/USD",
    }
    assert (first["success"], first["req_id"], second["result"]["symbol"]) == (True, 7, "ETH/USD")
    assert (snapshot["type"], snapshot["data"][0]["symbol"]) == ("snapshot", "BTC/USD")


async def test_amounts_are_numbers_with_all_their_digits(client, set_prices):
    set_prices("kraken", "BTC/USD", "12345678901.12345", "12345678902", size="0.12345678")
    await client.send(method="subscribe", params={"channel": "ticker", "symbol": ["BTC/USD"]})

    await client.receive()
    text = await client.text()
    assert '"bid":12345678901.12345,"bid_qty":0.12345678,"ask":12345678902,' in text


async def test_by_default_only_trades_send_a_ticker(client, set_prices, quick_beats):
    await client.send(method="subscribe", params={"channel": "ticker", "symbol": ["BTC/USD"]})
    await client.receive(a_ticker)

    set_prices("kraken", "BTC/USD", "1", "2")
    await client.send(method="ping", req_id=1)

    assert (await client.receive(lambda message: "channel" not in message))["method"] == "pong"


async def test_a_change_of_quantities_alone_is_not_sent(client, set_prices):
    set_prices("kraken", "BTC/USD", "1", "2")
    params = {"channel": "ticker", "symbol": ["BTC/USD"], "event_trigger": "bbo"}
    await client.send(method="subscribe", params=params)
    await client.receive(a_ticker)

    set_prices("kraken", "BTC/USD", "1", "2", size="9")
    set_prices("kraken", "BTC/USD", "1.5", "2", size="9")

    (row,) = (await client.receive(a_ticker))["data"]
    assert str(row["bid"]) == "1.50000"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"channel": "ticker", "symbol": ["XBT/USD"]}, "Currency pair not supported XBT/USD"),
        ({"channel": "ticker", "symbol": ["XDG/USD"]}, "Currency pair not supported XDG/USD"),
        ({"channel": "news", "symbol": ["BTC/USD"]}, "Channel not supported"),
        ({"channel": "ticker", "symbol": "BTC/USD"}, "Symbol(s) missing"),
        ({"channel": "ticker", "symbol": ["BTC/USD"], "event_trigger": "all"}, "Event trigger not supported"),
        (
            {"channel": "executions", "token": "x"},
            "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com",
        ),
    ],
)
async def test_a_refusal_has_no_result(client, params, error):
    await client.send(method="subscribe", params=params)

    answer = await client.receive()
    assert (answer["success"], answer["error"]) == (False, error)
    assert "result" not in answer


async def test_a_heartbeat_comes_only_where_something_is_subscribed(client, quick_beats, hand_clock):
    await client.send(method="subscribe", params={"channel": "ticker", "symbol": ["BTC/USD"]})
    await client.receive(a_ticker)
    hand_clock.ahead_s += 1

    assert (await client.receive())["channel"] == "heartbeat"


async def test_a_connection_without_subscription_is_closed_after_a_minute(client, quick_beats, hand_clock):
    hand_clock.ahead_s += 60

    assert await client.end() == 1000


async def test_too_many_requests_are_refused(client):
    for number in range(25):
        await client.send(method="ping", req_id=number)

    answers = await client.receive_all(25)
    assert [answer.get("error") for answer in answers][-1] == "Exceeded msg rate"


async def test_an_address_that_connects_too_often_is_banned(server, hand_clock):
    limit = server.streams[STREAM].limit

    assert all(limit.admits(float(at)) for at in range(150))
    assert not limit.admits(151.0)
    assert not limit.admits(700.0)
    assert limit.admits(1400.0)
