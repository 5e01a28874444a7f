"""Watching a guard look by look, and what is seen of it."""

import asyncio
import math
from decimal import Decimal

from engine.alerts.messages import PriceTrouble
from engine.market.mark import PriceProblem
from sandbox.market import Override

BAD = {
    "no bid": (Override(bid=None, ask=Decimal(50000)), PriceProblem.NO_BID),
    "no ask": (Override(bid=Decimal(50000), ask=None), PriceProblem.NO_ASK),
    "zero": (Override(bid=Decimal(0), ask=Decimal(50000)), PriceProblem.NOT_POSITIVE),
    "negative": (Override(bid=Decimal(-1), ask=Decimal(50000)), PriceProblem.NOT_POSITIVE),
    "crossed": (Override(bid=Decimal(51000), ask=Decimal(50000)), PriceProblem.CROSSED),
}


async def watch(room, seconds, *, every_s=5):
    for _ in range(math.ceil(seconds / every_s)):
        await room.clock.sleep(every_s)
        await room.look()


def seen(room):
    return room.engine.watch.guard_marks["guard-1"].current


async def first_alarm(room):
    """Look every five seconds, as the schedule does, until something is reported; a look that lasts is not begun twice."""
    async with asyncio.timeout(60):
        while not (alarms := await room.alerts(PriceTrouble)):
            await room.engine.guard()
            for _ in range(50):
                await room.clock.sleep(0.1)
                if await room.alerts(PriceTrouble):
                    break
    return alarms[0]
