"""An Alpaca on loopback with one funded account, and our broker for it."""

import time
import uuid
from decimal import Decimal

import pytest

from engine.brokers.alpaca import AlpacaMarketData, connect_alpaca
from engine.brokers.alpaca.names import parse_catalog
from engine.brokers.base import Priority
from engine.brokers.paper.ledger import Draft, Kind
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.model.venues import Account, Venue
from sandbox.alpaca import AlpacaServer
from sandbox.catalogue import ALPACA, listings_of
from sandbox.market import Market
from tests.engine.brokers.alpaca.rows import asset

ACCOUNT = Account(account_id="alpaca-1", user_id=1, venue=Venue.ALPACA)
PRICES = {"BTC": "50000", "ETH": "3000", "USDC": "1", "AAPL": "200", "SPY": "500"}


class AlpacaVenue:
    """The stand-in, its market and the one account, with the few moves tests make there."""

    def __init__(self):
        self.market = Market(now=time.time)
        for listing in listings_of(ALPACA):
            self.market.add(listing)
        for base, price in PRICES.items():
            self.market.set_price(base, Decimal(price))
        self.server = AlpacaServer(market=self.market)
        self.server.session.forced = True
        self.account = self.server.add_account()

    @property
    def ledger(self):
        return self.account.ledger

    def deposit(self, asset, amount):
        self.ledger.deposit(asset, Decimal(amount), at=time.time() - 60)

    def place(self, symbol, side, quantity, *, limit=None, client_id=None):
        draft = Draft(
            listing=self.market.listing("alpaca", symbol),
            side=Side(side),
            kind=Kind.MARKET if limit is None else Kind.LIMIT,
            quantity=Decimal(quantity),
            limit=None if limit is None else Decimal(limit),
            client_id=client_id,
        )
        return self.ledger.place(draft, self.market.liquidity("alpaca", symbol), at=time.time())

    def sent(self, endpoint):
        return [call.params for call in self.server.tape.calls(endpoint)]


@pytest.fixture
async def http():
    http = Http.open(SystemClock())
    yield http
    await http.close()


@pytest.fixture
async def venue():
    venue = AlpacaVenue()
    async with venue.server:
        yield venue


@pytest.fixture
def market_data(venue, http):
    return AlpacaMarketData(
        venue.account.key,
        venue.account.secret,
        http=http,
        clock=SystemClock(),
        url=venue.server.url,
        data_url=venue.server.url,
        timeout_s=2,
    )


@pytest.fixture
def broker(market_data, venue):
    return connect_alpaca(
        ACCOUNT,
        venue.account.key,
        venue.account.secret,
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


@pytest.fixture
def catalog():
    return parse_catalog([asset(), asset("ETH/USDC"), asset("SOL/USD", tradable=False)])
