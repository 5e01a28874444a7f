"""A Kraken account with one guarded ether and one more that is the owner's own, and what to watch of it."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from demo.tour.records import read_guards, read_intents
from engine.model.orders import Side
from sandbox.world import KRAKEN, Bought, Opening, SandboxWorld, Story

SYMBOL = "ETH/USD"
GUARDED = Decimal(1)
OWN = Decimal(2)
#: The bid is 3198.40, so it has lost 0.3 %.
ENTRY = Decimal(3_208)
ALERT = "EMERGENCY LIQUIDATION"
WAIT_S = 20

OPENING = Opening(purchases=(Bought(symbol=SYMBOL, quantity=GUARDED, price=ENTRY),), deposits={"ETH": OWN})


def an_ether_world(*, own=OWN, **changes):
    opening = replace(OPENING, deposits={"ETH": own} if own else {})
    return SandboxWorld(venues=[KRAKEN], story=Story(openings={KRAKEN: opening}), **changes)


def fall(world, ratio="-0.015"):
    world.set_bid(KRAKEN, SYMBOL, (ENTRY * (1 + Decimal(ratio))).quantize(Decimal("0.01")))


def sales(world):
    return [fill for fill in world.ledger(KRAKEN).fills if fill.side is Side.SELL]


async def until(look, timeout_s=WAIT_S):
    """Look again and again until something is there."""
    async with asyncio.timeout(timeout_s):
        while True:
            if found := look():
                return found
            await asyncio.sleep(0.02)


async def guarded(stage, asset="ETH"):
    """Wait until an asset is guarded, and return its guard."""
    armed = await until(lambda: [g for g in read_guards(stage.database) if g.asset == asset])
    return armed[0]


async def introduced(stage, asset="ETH"):
    """Wait until something is guarded and the chat says so: from then on the next message is an answer."""
    await guarded(stage, asset)
    await stage.owner.wait_for("First look at", WAIT_S)


async def over(stage):
    """Wait until the journal says that the one exit is over."""
    done = await until(lambda: [i for i in read_intents(stage.database) if i.state == "filled"])
    return done[0]


async def alerted(stage, within_s=WAIT_S):
    """Wait for the alert of a sale."""
    return await stage.owner.wait_for(ALERT, within_s)
