from decimal import Decimal

import aiohttp
import pytest

from sandbox.coinbase import CoinbaseServer
from sandbox.market import Market
from tests.sandbox.builders import a_listing
from tests.sandbox.coinbase.coinbase_client import Client


class Clock:
    at = 1_700_000_000.25

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def market(clock):
    """BTC at 100: bid 99.50, ask 100.50."""
    market = Market(now=clock.now)
    market.set_price("BTC", Decimal(100))
    market.add(
        a_listing(
            venue="coinbase",
            tick=Decimal("0.01"),
            lot=Decimal("0.001"),
            minimum_quantity=Decimal("0.01"),
            minimum_notional=Decimal(1),
            spread_ratio=Decimal("0.01"),
            depth=(Decimal(2), Decimal(3)),
        )
    )
    return market


@pytest.fixture
async def server(market, clock):
    async with CoinbaseServer(market=market, now=clock.now) as server:
        yield server


@pytest.fixture
def account(server, clock):
    account = server.add_account()
    account.ledger.deposit("USD", Decimal(1000), at=clock.now())
    account.ledger.deposit("BTC", Decimal(2), at=clock.now())
    return account


@pytest.fixture
async def client(server, account, clock):
    async with aiohttp.ClientSession() as session:
        yield Client(session, server, account, clock)
