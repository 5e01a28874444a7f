"""A guard whose pair its account may not trade."""

import pytest

from engine.model.venues import Venue
from tests.engine.exits.pairs import NOT_AVAILABLE


@pytest.fixture
async def closed(rooms):
    """A tenth of a bitcoin at Coinbase that its account may not sell for dollars."""
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.3", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        [room.account_there] = room.world.coinbase.accounts.values()
        room.account_there.closed_products["BTC-USD"] = NOT_AVAILABLE
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        yield room
