import asyncio
import time
from decimal import Decimal

import pytest

from sandbox.catalogue import ALPACA, COINBASE, KRAKEN, listings_of
from sandbox.market import Market, Override
from sandbox.streams import endpoint

PRICES = {
    "BTC": "50000",
    "ETH": "3000",
    "SOL": "150",
    "DOGE": "0.2",
    "USDC": "1",
    "AAPL": "200",
    "SPY": "500",
}


class HandClock:
    """The venue's steady clock: it moves by itself and when a test says so."""

    def __init__(self):
        self.ahead_s = 0.0

    def monotonic(self):
        return time.monotonic() + self.ahead_s


@pytest.fixture
def hand_clock():
    return HandClock()


@pytest.fixture
def market():
    market = Market(now=time.time)
    for listing in listings_of(KRAKEN, COINBASE, ALPACA):
        market.add(listing)
    for asset, price in PRICES.items():
        market.set_price(asset, Decimal(price))
    return market


@pytest.fixture
def set_prices(market):
    def set_prices(venue, symbol, bid, ask, size="5"):
        prices = {"bid": bid and Decimal(bid), "ask": ask and Decimal(ask)}
        market.override(venue, symbol, Override(**prices, bid_size=Decimal(size), ask_size=Decimal(size)))

    return set_prices


@pytest.fixture
def quick_beats(monkeypatch):
    """Let the seconds between heartbeats be short."""
    monkeypatch.setattr(endpoint, "BEAT_S", 0.01)


@pytest.fixture
def eventually():
    async def eventually(is_so):
        async with asyncio.timeout(5):
            while not is_so():  # noqa: ASYNC110 - what happens in a server's own task tells nobody
                await asyncio.sleep(0.005)

    return eventually
