"""One story for all clients: what the owner holds, at venues that stand on loopback."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sandbox.world import ALPACA, COINBASE, KRAKEN, Bought, Opening, Resting, SandboxWorld, Story
from tests.clients.serving import running_loop, served

#: A Wednesday at noon in New York: the stock market is open.
NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC).timestamp()

OPENING = Opening(
    purchases=(Bought(symbol="BTC/USD", quantity=Decimal("0.01"), price=Decimal(60_000)),),
    deposits={"USD": Decimal(1_000)},
    orders=(Resting(symbol="BTC/USD", quantity=Decimal("0.004"), limit=Decimal(90_000)),),
)
STORY = Story(openings={KRAKEN: OPENING, COINBASE: OPENING, ALPACA: OPENING}, coinbase_page_size=None)


@pytest.fixture
def loop():
    with running_loop() as loop:
        yield loop


@pytest.fixture
def now():
    """What the time is at the venues: the clients that sign tokens sign the real one."""
    return time.time


@pytest.fixture
def world(loop, now):
    world = SandboxWorld(story=STORY, now=now)
    with served(loop, world):
        yield world
