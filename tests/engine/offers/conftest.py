"""Holdings that may be guarded or closed."""

import pytest

from sandbox.world import Story
from tests.engine.offers.guarding import HOLDINGS


@pytest.fixture
async def met(rooms):
    """Two ETH above their cost, ten SOL far below it, BTC without an entry, and dust; all was read."""
    async with rooms(story=Story(openings={"kraken": HOLDINGS})) as room:
        await room.read()
        yield room


@pytest.fixture
async def holding(room):
    """Four tenths of a bitcoin that came from elsewhere, worth 50,000 dollars each."""
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    await room.read()
    return room
