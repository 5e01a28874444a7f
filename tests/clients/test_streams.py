"""Other people's websocket clients against the stand-ins' streams: ccxt.pro at all three venues, Coinbase's own SDK."""

import asyncio
import itertools
import json
import queue
from decimal import Decimal

import ccxt.pro
import pytest
from coinbase.websocket import WSClient

from sandbox.alpaca.server import CRYPTO_STREAM
from sandbox.coinbase.server import STREAM as COINBASE_STREAM
from sandbox.kraken.server import STREAM as KRAKEN_STREAM
from sandbox.world import ALPACA, COINBASE, KRAKEN
from sandbox.world.world import KRAKEN_KEY, KRAKEN_SECRET

SYMBOL = "BTC/USD"
WAIT_S = 10
MOVES = (Decimal(61_234), Decimal(61_235))


@pytest.fixture(params=[KRAKEN, COINBASE, ALPACA])
def venue(request):
    return request.param


def urls_of(world, venue):
    server = world.server(venue)
    rest = {
        KRAKEN: {"public": server.url, "private": server.url},
        COINBASE: {"rest": server.url},
        ALPACA: {"trader": server.url, "market": server.url},
    }
    stream = {
        KRAKEN: {"publicV2": server.stream_url(KRAKEN_STREAM)},
        COINBASE: server.stream_url(COINBASE_STREAM),
        ALPACA: {"crypto": server.stream_url(CRYPTO_STREAM)},
    }
    return {**rest[venue], "ws": stream[venue]}


def keys_of(world, venue):
    return {
        KRAKEN: (KRAKEN_KEY, KRAKEN_SECRET),
        COINBASE: (world.coinbase_account.key, world.coinbase_account.secret),
        ALPACA: (world.alpaca_account.key, world.alpaca_account.secret),
    }[venue]


def connect(world, venue):
    key, secret = keys_of(world, venue)
    urls = {"api": urls_of(world, venue)}
    return getattr(ccxt.pro, venue)({"apiKey": key, "secret": secret, "urls": urls, "enableRateLimit": False})


async def next_bid(exchange, venue):
    """Wait for what ccxt calls the best prices of each venue."""
    if venue == KRAKEN:
        return (await exchange.watch_bids_asks([SYMBOL]))[SYMBOL]["bid"]
    if venue == COINBASE:
        return (await exchange.watch_order_book(SYMBOL))["bids"][0][0]
    return (await exchange.watch_ticker(SYMBOL))["bid"]


async def receive_a_move(world, loop, venue):
    exchange = connect(world, venue)
    moving = asyncio.create_task(keep_moving(world, loop, venue))
    try:
        async with asyncio.timeout(WAIT_S):
            while await next_bid(exchange, venue) not in MOVES:
                pass
    finally:
        moving.cancel()
        await exchange.close()


async def keep_moving(world, loop, venue):
    """Move the price until a client has received it: what moved before a subscription is sent to none."""
    for bid in itertools.cycle(MOVES):
        loop.call_soon_threadsafe(world.set_bid, venue, SYMBOL, bid)
        await asyncio.sleep(0.05)


def test_ccxt_receives_a_price_move(world, loop, venue):
    asyncio.run(receive_a_move(world, loop, venue))


def test_the_sdk_of_coinbase_reads_books_and_heartbeats(world, loop):
    received = queue.Queue()
    client = WSClient(
        base_url=world.coinbase.stream_url(COINBASE_STREAM),
        on_message=lambda text: received.put(json.loads(text)),
        retry=False,
    )
    client.open()
    try:
        client.subscribe(["BTC-USD"], ["level2"])
        client.heartbeats()
        loop.call_soon_threadsafe(world.set_bid, COINBASE, SYMBOL, MOVES[0])
        channels, numbers, prices = set(), [], set()
        while "heartbeats" not in channels or str(MOVES[0]) not in prices:
            message = received.get(timeout=WAIT_S)
            channels.add(message["channel"])
            numbers.append(message["sequence_num"])
            for event in message["events"]:
                prices |= {update["price_level"] for update in event.get("updates", ())}
    finally:
        client.close()

    assert channels == {"subscriptions", "l2_data", "heartbeats"}
    assert numbers == list(range(len(numbers)))
