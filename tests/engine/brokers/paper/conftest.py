"""Accounts on paper, each at the live quotes of a venue on loopback."""

import uuid
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.brokers.base import Priority
from engine.brokers.paper.broker import PaperBroker
from engine.brokers.paper.store import load_ledger, save_ledger
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from engine.model.orders import ClientOrderId, OrderRequest, Side
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Account, Venue
from engine.storage.database import Database
from sandbox.market import Override
from tests.engine.storage.stored import ALPACA, COINBASE, KRAKEN, a_database
from tests.simulation.contract_accounts import BITCOIN, SOCKETS

ACCOUNTS = {account.venue: account for account in (KRAKEN, COINBASE, ALPACA)}


class PaperRoom:
    """One account on paper, with the few moves that tests make there."""

    def __init__(self, stand_in, market, database):
        self.stand_in = stand_in
        self.market = market
        self.database = database
        self.account = ACCOUNTS[market.venue]
        self.broker = self.a_broker()

    def a_broker(self, max_price_age=timedelta(seconds=15), clock=None):
        return PaperBroker(
            account=self.account,
            market=self.market,
            database=self.database,
            clock=clock or SystemClock(),
            max_price_age=max_price_age,
        )

    def quote(self, bid, ask, **sizes):
        bid, ask = (None if price is None else Decimal(price) for price in (bid, ask))
        sizes = {name: Decimal(size) for name, size in sizes.items()}
        self.stand_in.market.override(self.account.venue, BITCOIN, Override(bid=bid, ask=ask, **sizes))

    async def add(self, asset, amount):
        """Put so much of an asset into the account from outside; less than nothing is taken out."""
        async with self.database.write() as session:
            ledger = await load_ledger(
                session,
                self.account,
                fees=FIRST_TIERS[self.account.venue],
                new_id=lambda kind: f"{kind} {uuid.uuid4()}",
            )
            amount = Decimal(amount)
            if amount > 0:
                ledger.deposit(asset, amount, at=0)
            elif amount < 0:
                ledger.withdraw(asset, -amount, at=0)
            await save_ledger(session, self.account, ledger)

    async def hold(self, wanted):
        """Let the account own exactly this."""
        owned = await self.owned()
        for asset, amount in wanted.items():
            await self.add(asset, amount - owned.get(asset, 0))

    async def restart(self):
        """Go on with nothing but the file."""
        await self.database.dispose()
        self.database = Database(self.database.url)
        self.broker = self.a_broker()

    async def buy(self, quantity, **changes):
        return await self.trade(Side.BUY, quantity, **changes)

    async def sell(self, quantity, **changes):
        return await self.trade(Side.SELL, quantity, **changes)

    async def trade(self, side, quantity, **changes):
        """Place a market order and return it as its venue reports it."""
        values = {
            "symbol": BITCOIN,
            "side": side,
            "quantity": Decimal(quantity),
            "client_order_id": ClientOrderId(str(uuid.uuid4())),
        }
        request = OrderRequest(**{**values, **changes})
        order_id = await self.broker.submit_order(request, priority=Priority.ENTRY)
        return await self.broker.fetch_order(order_id, BITCOIN)

    async def owned(self):
        holdings = (await self.broker.fetch_report()).holdings
        return {holding.asset: holding.free for holding in holdings}


@asynccontextmanager
async def open_room(venue, folder):
    http, stand_in = Http.open(SystemClock()), SOCKETS[venue].stand_in()
    account = Account(account_id="with a key", user_id=1, venue=venue)
    async with stand_in.server:
        _, market = SOCKETS[venue].connect(stand_in, http, account)
        room = PaperRoom(stand_in, market, a_database(folder))
        room.quote("49990", "50010")
        yield room
        await room.database.dispose()
    await http.close()


@pytest.fixture
async def kraken(tmp_path):
    async with open_room(Venue.KRAKEN, tmp_path) as room:
        await room.broker.open({"USD": Decimal(500)})
        yield room


@pytest.fixture
async def coinbase(tmp_path):
    async with open_room(Venue.COINBASE, tmp_path) as room:
        await room.broker.open({"USD": Decimal(500)})
        yield room


@pytest.fixture
async def alpaca(tmp_path):
    async with open_room(Venue.ALPACA, tmp_path) as room:
        await room.broker.open({"USD": Decimal(500)})
        yield room
