"""A bot that dies in the middle of a sale finds it again."""

import pytest

from demo.tour.records import count_unsent_alerts
from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import (
    ALERT,
    GUARDED,
    OWN,
    alerted,
    an_ether_world,
    fall,
    guarded,
    over,
    sales,
    until,
)


@pytest.mark.fault("P2")
async def test_a_sale_that_the_venue_made_before_the_kill_is_found_and_reported_once(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="AddOrder", delay_s=60))

    fall(world)
    await world.tape(KRAKEN).wait_for("AddOrder", timeout_s=20)
    await stage.bot.kill()
    await stage.start_bot()
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert len(world.tape(KRAKEN).calls("AddOrder")) == 1
    assert (await over(stage)).attempt == 1
    assert sum(ALERT in message.text for message in stage.owner.messages) == 1


@pytest.mark.fault("P2")
async def test_an_order_that_arrives_while_nobody_watches_is_found(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_BEFORE, endpoint="AddOrder", delay_s=0.5))

    fall(world)
    await world.tape(KRAKEN).wait_for("AddOrder", timeout_s=20)
    await stage.bot.kill()
    assert sales(world) == []
    await until(lambda: sales(world))
    await stage.start_bot()
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert world.ledger(KRAKEN).total("ETH") == OWN
    assert len(world.tape(KRAKEN).calls("AddOrder")) == 1


@pytest.mark.fault("P2")
async def test_an_order_that_is_still_under_way_at_the_restart_sells_once_at_most(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    # Whatever comes first, the order or the restarted bot's higher nonce, which makes Kraken refuse it.
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_BEFORE, endpoint="AddOrder", delay_s=1.5))

    fall(world)
    await world.tape(KRAKEN).wait_for("AddOrder", timeout_s=20)
    await stage.bot.kill()
    await stage.start_bot()
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert world.ledger(KRAKEN).total("ETH") == OWN


async def test_an_alert_that_was_reported_is_not_reported_again_after_a_restart(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await guarded(stage)
    fall(world)
    await alerted(stage)
    await until(lambda: count_unsent_alerts(stage.database) == 0)

    await stage.bot.kill()
    await stage.start_bot()
    await stage.owner.ask("/help")

    assert sum(ALERT in message.text for message in stage.owner.messages) == 1
    assert len(sales(world)) == 1
