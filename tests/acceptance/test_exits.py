"""A sale goes out whatever the cash is, whatever the balance claims, and whether or not Telegram is there."""

from decimal import Decimal

import pytest

from sandbox.telegram import FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import GUARDED, OWN, alerted, an_ether_world, fall, guarded, over, sales


async def test_the_loser_is_sold_without_a_dollar_in_the_account(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    assert world.ledger(KRAKEN).total("USD") == 0

    fall(world)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert world.ledger(KRAKEN).total("ETH") == OWN


@pytest.mark.fault("V7")
@pytest.mark.parametrize("shown", [Decimal(0), GUARDED + OWN], ids=["nothing at all", "everything held"])
async def test_the_loser_is_sold_although_its_free_balance_reads_zero(open_bot, shown):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    world.kraken_account.show_balance("ETH", balance=shown, hold=shown)

    fall(world)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]


@pytest.mark.fault("C1")
async def test_an_alert_waits_for_telegram_and_the_sale_does_not(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    outage = world.telegram.faults.add(kind=FaultKind.OUTAGE)

    fall(world)
    await over(stage)
    reported_during_the_outage = len(stage.owner.messages)
    world.telegram.faults.remove(outage)
    alert = await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert alert in stage.owner.messages[reported_during_the_outage:]
