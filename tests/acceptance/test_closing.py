"""What its owner asks to be sold is sold after a preview, once; and no gate keeps an exit back."""

import sqlite3
import time
from contextlib import closing
from decimal import Decimal

import pytest

from engine.brokers.paper.ledger import Draft, Kind
from engine.model.orders import Side
from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN
from tests.acceptance.ether import (
    ENTRY,
    GUARDED,
    OWN,
    SYMBOL,
    WAIT_S,
    alerted,
    an_ether_world,
    fall,
    guarded,
    introduced,
    over,
    sales,
    until,
)

ALL = GUARDED + OWN
SOLD = "SOLD as you asked"
NOT_TWICE = ("Nothing can be sold now", "You hold no ETH")


def met(stage):
    with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT asset FROM known_assets").fetchall()


async def asked_to_close(stage):
    await until(lambda: met(stage))
    return await stage.owner.ask("/close ETH", timeout_s=WAIT_S)


@pytest.mark.fault("C4")
async def test_everything_of_a_coin_is_sold_after_one_press_and_only_one(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    preview = await asked_to_close(stage)
    assert "You would receive" in preview.text
    assert sales(world) == []

    stage.owner.press(preview, "Sell 3 ETH/USD now")
    stage.owner.press(preview, "Sell 3 ETH/USD now", stale=True)
    alert = await stage.owner.wait_for(SOLD, WAIT_S)

    assert [fill.quantity for fill in sales(world)] == [ALL]
    assert alert.text.startswith(SOLD)
    assert "unknown, no entry" in alert.text
    assert "EMERGENCY" not in alert.text
    trail = await stage.owner.ask("/history ETH", timeout_s=WAIT_S)
    assert "manual close" in trail.text
    assert world.ledger(KRAKEN).fills[-1].order_id in trail.text


async def test_a_price_that_fell_since_the_preview_is_shown_again_and_sells_nothing(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    preview = await asked_to_close(stage)
    fall(world, "-0.03")

    stage.owner.press(preview, "Sell 3 ETH/USD now")
    again = await stage.owner.wait_for("has moved against you by more than 1 %", WAIT_S)
    assert sales(world) == []

    stage.owner.press(again, "Sell 3 ETH/USD now")
    await stage.owner.wait_for(SOLD, WAIT_S)
    assert [fill.quantity for fill in sales(world)] == [ALL]


async def test_an_order_that_holds_the_coins_is_named_and_then_cancelled(open_bot):
    world = an_ether_world()
    order = Draft(
        listing=world.market.listing(KRAKEN, SYMBOL),
        side=Side.SELL,
        kind=Kind.LIMIT,
        quantity=Decimal("2.5"),
        limit=Decimal(4000),
    )
    world.ledger(KRAKEN).place(order, world.market.liquidity(KRAKEN, SYMBOL), at=time.time())
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    preview = await asked_to_close(stage)
    assert "sell 2.5 at $4,000.00" in preview.text

    stage.owner.press(preview, "Sell 3 ETH/USD now")
    alert = await stage.owner.wait_for(SOLD, WAIT_S)

    assert "sell 2.5 at $4,000.00" in alert.text
    assert [fill.quantity for fill in sales(world)] == [ALL]


async def test_a_guarded_position_is_closed_with_its_guard_and_says_so_while_it_is_sold(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    preview = await stage.owner.ask("/close ETH", timeout_s=WAIT_S)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="AddOrder", delay_s=3))

    stage.owner.press(preview, "Sell 3 ETH/USD now")
    await world.tape(KRAKEN).wait_for("AddOrder", timeout_s=WAIT_S)
    stage.owner.send("/close ETH")
    await stage.owner.wait_for(SOLD, WAIT_S)
    # It waits for its turn in the lane of the key, behind the order.
    answer = await stage.owner.wait_for(lambda one: one.text.startswith(NOT_TWICE), WAIT_S)

    assert "it is being sold already" in answer.text or "You hold no ETH" in answer.text
    assert [fill.quantity for fill in sales(world)] == [ALL]
    assert (await guarded(stage)).state == "closed"


async def test_half_of_a_position_is_sold_and_its_guard_keeps_the_rest(open_bot):
    world = an_ether_world(own=0)
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    preview = await stage.owner.ask("/sell ETH 50%", timeout_s=WAIT_S)
    assert "Stays: 0.5, guarded as before." in preview.text
    assert sales(world) == []

    stage.owner.press(preview, "Sell 0.5 ETH/USD now")
    alert = await stage.owner.wait_for(SOLD, WAIT_S)

    assert alert.text.startswith(SOLD)
    assert [fill.quantity for fill in sales(world)] == [GUARDED / 2]
    kept = await guarded(stage)
    assert (kept.state, Decimal(kept.quantity), Decimal(kept.cost)) == ("armed", GUARDED / 2, ENTRY / 2)


async def test_with_every_gate_shut_the_loser_is_sold(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    await stage.owner.ask("/halt", timeout_s=WAIT_S)
    status = await stage.owner.ask("/status", timeout_s=WAIT_S)
    gates = [line for line in status.text.splitlines() if line.startswith("gate ")]
    assert gates
    assert all(": shut, " in line for line in gates)

    fall(world)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert (await over(stage)).guarded == GUARDED
    assert "Buys are stopped since" in (await stage.owner.ask("/start", timeout_s=WAIT_S)).text
