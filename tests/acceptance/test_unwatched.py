"""/status names every guard that cannot act, why, and since when, whatever keeps it from acting."""

import asyncio
import re

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import SYMBOL, WAIT_S, alerted, an_ether_world, fall, introduced

SINCE = r"Not watched since \d\d:\d\d:\d\d UTC: "


async def until_status(stage, words):
    """Ask for the status until it matches, reading the accounts meanwhile."""
    async with asyncio.timeout(3 * WAIT_S):
        while True:
            status = await stage.owner.ask("/status", head="Status", timeout_s=WAIT_S)
            if re.search(words, status.text):
                return status.text
            await stage.owner.ask("/balance", head="Balance", timeout_s=WAIT_S)


async def test_a_guard_that_cannot_act_is_named_and_all_is_not_well(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    assert "All is well. 1 position is guarded." in await until_status(stage, "1 watching")

    world.faults(KRAKEN).add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint="*", times=None))
    text = await until_status(stage, rf"{SINCE}ETH/USD at Kraken, price unknown \(Kraken does not answer\)")
    assert "Guards not watched now: 1." in text
    assert "0 watching, 1 not watched" in text
    assert "All is well" not in text

    world.faults(KRAKEN).clear()
    await until_status(stage, "1 watching")
    refused = Fault(kind=FaultKind.ERROR, endpoint="BalanceEx", times=None, message="EAPI:Invalid key")
    world.faults(KRAKEN).add(refused)
    await until_status(stage, f"{SINCE}ETH/USD at Kraken, Kraken refuses the key, so nothing could be sold")


@pytest.mark.fault("V94")
async def test_a_sale_that_is_refused_is_an_error_of_its_broker(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    refused = Fault(kind=FaultKind.ERROR, endpoint="AddOrder", times=None, message="EOrder:Post only order")
    world.faults(KRAKEN).add(refused)

    fall(world)
    text = await until_status(stage, f"{SYMBOL} at Kraken since .*, not sold yet: .*EOrder:Post only")
    world.faults(KRAKEN).clear()
    await alerted(stage)

    assert f"not sold yet there: {SYMBOL}, see Guards below" in text
    assert "no errors" not in text
    assert "All is well" not in text
