"""Guards at a venue: one whose price the watch knows, one whose pair its account may not trade."""

import pytest

from engine.model.venues import Venue
from tests.engine.exits.pairs import NOT_AVAILABLE
from tests.engine.exits.streaming import give_stream, read


@pytest.fixture
async def guarded(room):
    """A tenth of a bitcoin, guarded at what it is worth now."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.look()
    return room


@pytest.fixture
async def streamed(guarded):
    """The same, with its price pushed."""
    give_stream(guarded)
    await read(guarded)
    return guarded


@pytest.fixture
async def agreed(streamed):
    """The same, and a look has just shown what the stream does."""
    await streamed.look()
    return streamed


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
