"""A Coinbase on loopback with one funded portfolio, and our broker for it."""

import time
import uuid
from decimal import Decimal

import pytest

from engine.brokers.base import Priority
from engine.brokers.coinbase import CoinbaseMarketData, connect_coinbase
from engine.brokers.paper.ledger import Draft, Kind
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.model.venues import Account, Venue
from sandbox.catalogue import COINBASE, listings_of
from sandbox.coinbase import CoinbaseServer
from sandbox.market import Market

ACCOUNT = Account(account_id="coinbase-1", user_id=1, venue=Venue.COINBASE)
PRICES = {"BTC": "50000", "ETH": "3000", "SOL": "150", "USDT": "1", "USDC": "1"}


class CoinbaseVenue:
    """The stand-in, its market and the one portfolio, with the few moves tests make there."""

    def __init__(self):
        self.market = Market(now=time.time)
        for listing in listings_of(COINBASE):
            self.market.add(listing)
        for asset, price in PRICES.items():
            self.market.set_price(asset, Decimal(price))
        self.server = CoinbaseServer(market=self.market)
        self.account = self.server.add_account()

    @property
    def ledger(self):
        return self.account.ledger

    def deposit(self, asset, amount):
        self.ledger.deposit(asset, Decimal(amount), at=time.time() - 60)

    def place(self, symbol, side, quantity=None, *, limit=None, spend=None, client_id=None):
        draft = Draft(
            listing=self.market.listing("coinbase", symbol),
            side=Side(side),
            kind=Kind.MARKET if limit is None else Kind.LIMIT,
            quantity=None if quantity is None else Decimal(quantity),
            spend=None if spend is None else Decimal(spend),
            spend_includes_fee=True,
            limit=None if limit is None else Decimal(limit),
            client_id=client_id,
        )
        return self.ledger.place(draft, self.market.liquidity("coinbase", symbol), at=time.time())

    def sent(self, endpoint):
        return [call.params for call in self.server.tape.calls(endpoint)]


@pytest.fixture
async def http():
    http = Http.open(SystemClock())
    yield http
    await http.close()


@pytest.fixture
async def venue():
    venue = CoinbaseVenue()
    async with venue.server:
        yield venue


@pytest.fixture
def market_data(venue, http):
    return CoinbaseMarketData(http=http, clock=SystemClock(), url=venue.server.url, timeout_s=2)


@pytest.fixture
def broker(market_data, venue):
    return connect_coinbase(
        ACCOUNT,
        venue.account.key,
        venue.account.secret.replace("\n", "\\n"),
        market=market_data,
        clock=SystemClock(),
        timeout_s=2,
    )


def a_request(symbol="BTC/USD", side=Side.SELL, quantity="0.1", **changes):
    values = {
        "symbol": symbol,
        "side": side,
        "quantity": Decimal(quantity),
        "client_order_id": ClientOrderId(str(uuid.uuid4())),
    }
    return OrderRequest(**{**values, **changes})


@pytest.fixture
def sell(broker):
    async def sell(**changes):
        request = a_request(**changes)
        return request, await broker.submit_order(request, priority=Priority.EXIT)

    return sell
