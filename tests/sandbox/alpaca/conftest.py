from decimal import Decimal

import aiohttp
import pytest

from sandbox.alpaca import AlpacaServer
from sandbox.market import Market
from tests.sandbox.alpaca.alpaca_client import Client
from tests.sandbox.builders import a_listing

#: Wednesday, 2023-11-15, 12:00 in New York.
NOON = 1_700_067_600.25


class Clock:
    at = NOON

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def market(clock):
    """BTC at 100: bid 99.5, ask 100.5; AAPL at 200: bid 199, ask 201."""
    market = Market(now=clock.now)
    options = {
        "venue": "alpaca",
        "tick": Decimal("0.01"),
        "lot": Decimal("0.000000001"),
        "spread_ratio": Decimal("0.01"),
        "minimum_notional": Decimal(10),
        "depth": (Decimal(20), Decimal(30)),
    }
    market.set_price("BTC", Decimal(100))
    market.set_price("AAPL", Decimal(200))
    market.add(a_listing(**options))
    market.add(a_listing(**options, symbol="AAPL/USD", base="AAPL", asset_class="us_equity"))
    return market


@pytest.fixture
async def server(market, clock):
    async with AlpacaServer(market=market, now=clock.now) as server:
        yield server


@pytest.fixture
def account(server, clock):
    account = server.add_account()
    for asset, amount in {"USD": 1000, "BTC": 2, "AAPL": 10}.items():
        account.ledger.deposit(asset, Decimal(amount), at=clock.now())
    return account


@pytest.fixture
async def client(server, account):
    async with aiohttp.ClientSession() as session:
        yield Client(session, server, account)
