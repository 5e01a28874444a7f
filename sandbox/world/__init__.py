"""The whole sandbox in one piece: a market, three venues, Telegram, and an owner with accounts."""

from sandbox.catalogue import ALPACA, COINBASE, KRAKEN, VENUES
from sandbox.world.drift import Drift
from sandbox.world.expected import ExpectedBalance
from sandbox.world.opening import Bought, Opening, Resting
from sandbox.world.story import DEMO_STORY, Story
from sandbox.world.world import OWNER_ID, SandboxWorld

__all__ = [
    "ALPACA",
    "COINBASE",
    "DEMO_STORY",
    "KRAKEN",
    "OWNER_ID",
    "VENUES",
    "Bought",
    "Drift",
    "ExpectedBalance",
    "Opening",
    "Resting",
    "SandboxWorld",
    "Story",
]
