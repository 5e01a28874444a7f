from decimal import Decimal

import aiohttp
import pytest

from sandbox.catalogue import KRAKEN, listings_of
from sandbox.kraken import KrakenServer
from sandbox.market import Market
from tests.sandbox.kraken.client import KEY, SECRET, KrakenClient

PRICES = {"BTC": "60000", "ETH": "3000", "SOL": "150", "ADA": "0.5", "XRP": "2", "DOGE": "0.2"}
CASH = {"USDT": "1", "USDC": "1", "EUR": "1.1"}


@pytest.fixture
def clock():
    return [1_700_000_000.0]


@pytest.fixture
def market(clock):
    market = Market(now=lambda: clock[0])
    for asset, price in {**PRICES, **CASH}.items():
        market.set_price(asset, Decimal(price))
    for listing in listings_of(KRAKEN):
        market.add(listing)
    return market


@pytest.fixture
async def kraken(market, clock):
    async with KrakenServer(market=market, now=lambda: clock[0]) as server:
        yield server


@pytest.fixture
def account(kraken):
    return kraken.add_account(key=KEY, secret=SECRET)


@pytest.fixture
def fund(account):
    def fund(**amounts):
        for asset, amount in amounts.items():
            account.ledger.deposit(asset.replace("_", "."), Decimal(amount), at=1_600_000_000.0)

    return fund


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(session, kraken, account):
    return KrakenClient(session, kraken.url)
