import pytest

from sandbox.coinbase import CoinbaseServer
from sandbox.coinbase.server import STREAM
from tests.sandbox.streams.raw import connect


@pytest.fixture
async def server(market, hand_clock):
    async with CoinbaseServer(market=market, monotonic=hand_clock.monotonic) as server:
        yield server


@pytest.fixture
async def client(server):
    async with connect(server, STREAM) as client:
        yield client


async def subscribe(client, *products, channel="level2"):
    await client.send(type="subscribe", channel=channel, product_ids=list(products))


async def test_a_subscription_brings_the_book_and_the_whole_set(client):
    await subscribe(client, "BTC-USD", "ETH-USD")

    first, second, confirmation = await client.receive_all(3)
    (event,) = first["events"]
    assert (first["channel"], event["type"], event["product_id"]) == ("l2_data", "snapshot", "BTC-USD")
    assert {update["side"] for update in event["updates"]} == {"bid", "offer"}
    assert second["events"][0]["product_id"] == "ETH-USD"
    assert confirmation["events"] == [{"subscriptions": {"level2": ["BTC-USD", "ETH-USD"]}}]


async def test_numbers_run_over_all_channels(client, quick_beats):
    await subscribe(client, channel="heartbeats")
    await subscribe(client, "BTC-USD")

    messages = await client.receive_all(6)
    assert [message["sequence_num"] for message in messages] == [0, 1, 2, 3, 4, 5]
    assert {message["channel"] for message in messages} == {"subscriptions", "l2_data", "heartbeats"}


async def test_an_update_has_what_changed_and_a_zero_deletes(client, set_prices):
    set_prices("coinbase", "BTC/USD", "99", "101")
    await subscribe(client, "BTC-USD")
    await client.receive_all(2)

    set_prices("coinbase", "BTC/USD", "98", "101")

    (event,) = (await client.receive())["events"]
    changes = {(each["side"], each["price_level"], each["new_quantity"]) for each in event["updates"]}
    assert event["type"] == "update"
    assert changes == {("bid", "99", "0"), ("bid", "98", "5")}


@pytest.mark.parametrize("channel", ["ticker_plus", "user", None])
async def test_an_unknown_channel_and_a_missing_token_are_one_error_without_a_number(client, channel):
    await subscribe(client, "BTC-USD", channel=channel)

    assert await client.receive() == {"type": "error", "message": "authentication failure"}
    assert not client.socket.closed


async def test_an_unknown_product_is_just_missing_in_the_set(client):
    await subscribe(client, "NONE-USD")

    assert (await client.receive())["events"] == [{"subscriptions": {}}]


async def test_what_is_subscribed_in_usdc_comes_under_the_name_in_dollars(client):
    await subscribe(client, "BTC-USDC")

    book, confirmation = await client.receive_all(2)
    assert book["events"][0]["product_id"] == "BTC-USD"
    assert confirmation["events"][0]["subscriptions"]["level2"] == ["BTC-USDC"]


async def test_a_client_that_subscribes_nothing_within_five_seconds_is_disconnected(
    client, quick_beats, hand_clock
):
    hand_clock.ahead_s += 5

    assert await client.end() == 1008


async def test_a_quiet_connection_without_heartbeats_is_closed(client, quick_beats, hand_clock):
    await subscribe(client, "BTC-USD")
    await client.receive_all(2)
    hand_clock.ahead_s += 75

    assert await client.end() == 1000


async def test_unsubscribed_products_are_silent(client, set_prices):
    await subscribe(client, "BTC-USD", "ETH-USD")
    await client.receive_all(3)
    await client.send(type="unsubscribe", channel="level2", product_ids=["BTC-USD"])
    assert (await client.receive())["events"] == [{"subscriptions": {"level2": ["ETH-USD"]}}]

    set_prices("coinbase", "BTC/USD", "1", "2")
    set_prices("coinbase", "ETH/USD", "1", "2")

    assert (await client.receive())["events"][0]["product_id"] == "ETH-USD"


def test_an_address_opens_eight_connections_a_second(server):
    limit = server.streams[STREAM].limit

    assert [limit.admits(0.1) for _ in range(9)] == [True] * 8 + [False]
    assert limit.admits(1.2)
