"""One venue that hangs delays neither /balance nor a sale elsewhere."""

import asyncio
import re
import time

import pytest

from demo.tour.reading import read_balance, to_the_cent
from sandbox.faults import Fault, FaultKind
from sandbox.world import ALPACA, COINBASE, DEMO_STORY, KRAKEN, SandboxWorld
from tests.acceptance.ether import OPENING, an_ether_world, fall, guarded, over, sales

AGE = re.compile(r"^(Kraken|Coinbase|Alpaca) · (\d+) s ago", re.MULTILINE)


def a_world():
    """Three accounts, the one at Kraken small enough that its few calls are free."""
    return SandboxWorld(story=DEMO_STORY.with_opening(KRAKEN, OPENING))


async def balance(stage):
    return await stage.owner.ask("/balance", timeout_s=10)


async def test_a_venue_that_hangs_shows_its_old_figures_with_their_age_within_two_seconds(open_bot):
    world = a_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    expected = {venue: to_the_cent(world.expected_balance(venue)) for venue in world.venues}
    assert read_balance((await balance(stage)).text) == expected
    world.faults(COINBASE).add(Fault(kind=FaultKind.DELAY_BEFORE, times=None, delay_s=30))
    # Older figures are read again, fresher ones are not.
    await asyncio.sleep(6)

    asked = time.monotonic()
    screen = await balance(stage)

    assert time.monotonic() - asked < 2
    assert read_balance(screen.text) == expected
    ages = {name: int(seconds) for name, seconds in AGE.findall(screen.text)}
    assert ages["Coinbase"] >= 6
    assert ages["Kraken"] <= 2
    assert ages["Alpaca"] <= 2


@pytest.mark.fault("P10")
async def test_a_sale_goes_out_while_another_venue_hangs_and_balance_is_asked(open_bot):
    world = a_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    for venue in (COINBASE, ALPACA):
        world.faults(venue).add(Fault(kind=FaultKind.DELAY_BEFORE, times=None, delay_s=30))

    fell = time.monotonic()
    fall(world)
    await balance(stage)
    await over(stage)

    (order,) = world.tape(KRAKEN).calls("AddOrder")
    assert order.monotonic - fell < 2
    assert len(sales(world)) == 1


async def test_a_venue_that_reports_no_prices_is_not_called_silent_and_what_is_held_is_shown(open_bot):
    world = an_ether_world()
    world.faults(KRAKEN).add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint="Ticker", times=None))
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")

    balances = (await balance(stage)).text
    positions = (await stage.owner.ask("/positions", timeout_s=10)).text
    status = (await stage.owner.ask("/status", timeout_s=10)).text

    assert "Kraken reported no prices: " in balances
    assert "No price, so not counted: 3 ETH." in balances
    assert "ETH" in positions
    assert "Kraken reports no prices (" in status
    assert "not answer" not in f"{balances} {positions} {status}"
