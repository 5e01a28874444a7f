"""A Kraken on loopback with one funded account, and our broker for it."""

import base64
import itertools
import time
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.brokers.base import Priority
from engine.brokers.kraken import KrakenMarketData, connect_kraken
from engine.brokers.paper.ledger import Draft, Kind
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.model.venues import Account, Venue
from sandbox.catalogue import KRAKEN, listings_of
from sandbox.kraken import KrakenServer
from sandbox.market import Market

ACCOUNT = Account(account_id="kraken-1", user_id=1, venue=Venue.KRAKEN)
KEY, SECRET = "kraken-key", base64.b64encode(b"kraken-secret").decode()
PRICES = {"BTC": "50000", "ETH": "3000", "SOL": "150", "USDT": "1", "EUR": "1.1"}


class KrakenVenue:
    """The stand-in, its market and the one account, with the few moves tests make there."""

    def __init__(self):
        self.market = Market(now=time.time)
        for listing in listings_of(KRAKEN):
            self.market.add(listing)
        for asset, price in PRICES.items():
            self.market.set_price(asset, Decimal(price))
        self.server = KrakenServer(market=self.market)
        self.account = self.server.add_account(key=KEY, secret=SECRET)

    @property
    def ledger(self):
        return self.account.ledger

    def deposit(self, asset, amount):
        self.ledger.deposit(asset, Decimal(amount), at=time.time() - 60)

    def place(self, symbol, side, quantity, *, limit=None, leverage=None, client_id=None):
        listing = self.market.listing("kraken", symbol)
        draft = Draft(
            listing=listing,
            side=Side(side),
            kind=Kind.MARKET if limit is None else Kind.LIMIT,
            quantity=Decimal(quantity),
            limit=None if limit is None else Decimal(limit),
            leverage=leverage,
            client_id=client_id,
        )
        book = self.market.liquidity("kraken", symbol)
        return self.ledger.place(draft, book, at=time.time(), collateral=Decimal(1_000_000))

    def sent(self, endpoint):
        return [call.params for call in self.server.tape.calls(endpoint)]


def rising_nonces():
    numbers = itertools.count(time.time_ns())

    async def next_nonce():
        return next(numbers)

    return next_nonce


@pytest.fixture
async def http():
    http = Http.open(SystemClock())
    yield http
    await http.close()


@pytest.fixture
async def venue():
    venue = KrakenVenue()
    async with venue.server:
        yield venue


@pytest.fixture
def market_data(venue, http):
    return KrakenMarketData(http=http, clock=SystemClock(), url=venue.server.url, timeout_s=2)


@pytest.fixture
def connect(market_data):
    def connect(timeout_s=2.0):
        return connect_kraken(
            ACCOUNT,
            KEY,
            SECRET,
            market=market_data,
            clock=SystemClock(),
            next_nonce=rising_nonces(),
            timeout_s=timeout_s,
        )

    return connect


@pytest.fixture
def broker(connect):
    return connect()


def a_request(symbol="BTC/USD", side=Side.SELL, quantity="0.1", **changes):
    values = {
        "symbol": symbol,
        "side": side,
        "quantity": Decimal(quantity),
        "client_order_id": ClientOrderId(str(uuid.uuid4())),
        "expires_after": timedelta(seconds=5),
    }
    return OrderRequest(**{**values, **changes})


@pytest.fixture
def sell(broker):
    async def sell(**changes):
        request = a_request(**changes)
        return request, await broker.submit_order(request, priority=Priority.EXIT)

    return sell
