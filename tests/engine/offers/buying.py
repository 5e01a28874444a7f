"""Buys over sockets for tests: what is asked in chat, and what the venues have of it."""

from decimal import Decimal

from engine.entries.sizing import Amount
from engine.model.venues import Venue
from sandbox.world import OWNER_ID

SPENT = Decimal(1000)
#: What places an order, by venue.
ORDERS = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}


class Buyer:
    """What the chat does with buys."""

    def __init__(self, room, venue=Venue.KRAKEN):
        self.room = room
        self.venue = venue
        self.service = room.engine.buying

    async def ask(self, usd=SPENT, symbol="BTC"):
        return await self.service.offer_buy(OWNER_ID, symbol, Amount(Decimal(usd)), self.venue)

    async def press(self, preview):
        return await self.service.buy(OWNER_ID, preview.confirmation_id)

    async def buy(self, usd=SPENT, symbol="BTC"):
        return await self.press(await self.ask(usd, symbol))

    async def end(self):
        await self.room.wait_for("entry ")

    @property
    def fills(self):
        return self.room.world.ledger(self.venue).fills

    @property
    def placed(self):
        return list(self.room.world.ledger(self.venue).orders.values())

    def held(self, asset="BTC"):
        return self.room.world.ledger(self.venue).total(asset)

    async def guards(self):
        return await self.room.guards(self.venue)


async def a_buyer(room, venue=Venue.KRAKEN, *, usd="5000"):
    room.deposit("USD", usd, venue=venue)
    room.set_bid("50000", venue=venue)
    await room.read()
    return Buyer(room, venue)
