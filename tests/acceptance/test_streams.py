"""Prices by stream reach the guard in the whole process; whatever becomes of a stream, polling sells."""

import asyncio
import os
import signal
from decimal import Decimal

import pytest

from engine.model.orders import Side
from sandbox.catalogue import ALPACA, COINBASE
from sandbox.faults import Fault, FaultKind
from sandbox.world import KRAKEN, Bought, Opening, SandboxWorld, Story
from tests.acceptance.ether import (
    ALERT,
    GUARDED,
    WAIT_S,
    alerted,
    an_ether_world,
    fall,
    introduced,
    sales,
    until,
)

#: Longer than any of these tests waits: what is sold is sold by a tick.
NO_SECOND_LOOK_S = "600"


async def a_guarded_ether(open_bot, **settings):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all", **settings)
    await introduced(stage)
    await until_prices(stage, "Kraken live")
    return world, stage


async def until_prices(stage, words, **options):
    """Ask for the status until its line on prices says this."""
    return await until_status(stage, f"Prices: {words}", **options)


async def until_status(stage, *words, meanwhile=lambda: None):
    """Ask for the status until it says all this."""
    return await until_says(stage, "Status", *words, meanwhile=meanwhile)


async def until_says(stage, head, *words, meanwhile=lambda: None):
    """Ask for a screen until it says all this."""
    said = []
    try:
        async with asyncio.timeout(3 * WAIT_S):
            while True:
                meanwhile()
                screen = await stage.owner.ask(f"/{head.lower()}", head=head, timeout_s=WAIT_S)
                said.append(screen.text)
                if all(one in screen.text for one in words):
                    return screen.text
    except TimeoutError as e:
        e.add_note(f"{len(said)} answers, the last ones: {said[-2:]}")
        raise


def polls(world):
    return len(world.tape(KRAKEN).calls("Ticker"))


@pytest.mark.fault("V111")
async def test_a_fall_is_sold_by_its_tick_without_waiting_for_the_guard_job(open_bot):
    world, stage = await a_guarded_ether(open_bot, NIJA_GUARD_INTERVAL_S=NO_SECOND_LOOK_S)
    before = polls(world)

    fall(world)
    await alerted(stage)

    [order] = world.tape(KRAKEN).calls("AddOrder")
    asked = [call for call in world.tape(KRAKEN).calls("Ticker")[before:] if call.index < order.index]
    assert asked == []
    assert [fill.quantity for fill in sales(world)] == [GUARDED]


HELD = {
    COINBASE: Bought(symbol="XRP/USD", quantity=Decimal(100), price=Decimal("0.6")),
    ALPACA: Bought(symbol="BTC/USD", quantity=Decimal("0.004"), price=Decimal(64_000)),
}


@pytest.mark.fault("V111")
@pytest.mark.parametrize("venue", HELD)
async def test_a_fall_at_the_other_venues_is_sold_by_its_tick_too(open_bot, venue):
    held = HELD[venue]
    world = SandboxWorld(venues=[venue], story=Story(openings={venue: Opening(purchases=(held,))}))
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all", NIJA_GUARD_INTERVAL_S=NO_SECOND_LOOK_S)
    await introduced(stage, held.symbol.split("/")[0])

    def move():
        # Alpaca pushes what changes, from the moment on at which it has confirmed the subscription.
        world.market.move(held.symbol.split("/")[0], Decimal("0.0001"))

    await until_prices(stage, f"{venue.capitalize()} live", meanwhile=move)

    world.set_bid(venue, held.symbol, held.price * Decimal("0.985"))
    await alerted(stage)

    assert [fill.side for fill in world.ledger(venue).fills[1:]] == [Side.SELL]


async def test_a_position_says_whether_its_price_is_pushed(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    await until_says(stage, "Positions", "Mark, live, ")
    end_streams(world)
    await until_prices(stage, "Kraken polled")

    await until_says(stage, "Positions", "Mark, polled ")


@pytest.mark.fault("V21")
@pytest.mark.fault("V112")
async def test_a_dropped_stream_leaves_the_guard_to_polling(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    end_streams(world)
    await until_prices(stage, "Kraken polled")

    fall(world)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]


@pytest.mark.fault("V113")
async def test_a_stream_that_stands_still_with_its_heartbeats_going_on_leaves_the_guard_to_polling(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    for stream in world.streams(KRAKEN):
        stream.faults.stalls = True

    fall(world)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]


@pytest.mark.fault("V134")
async def test_what_is_pushed_while_polling_fails_is_watched_said_so_and_sold(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint="Ticker", times=None))
    failing = "Prices: Kraken live (polling fails: Kraken reports no prices; its order book is asked instead)"
    status = await until_status(stage, failing, "1 watching")
    looked = len(world.tape(KRAKEN).calls("Depth"))
    await until(lambda: len(world.tape(KRAKEN).calls("Depth")) >= looked + 3)

    fall(world)
    await alerted(stage)

    assert "not watched" not in status
    said = "\n".join(message.text for message in stage.owner.messages)
    assert "Price unknown" not in said
    assert "Noticed up to" not in said
    assert [fill.quantity for fill in sales(world)] == [GUARDED]


@pytest.mark.fault("V116")
@pytest.mark.parametrize("fault", ["doubled", "swapped", "lost"])
async def test_messages_that_come_twice_late_or_never_sell_once(open_bot, fault):
    world, stage = await a_guarded_ether(open_bot)
    for stream in world.streams(KRAKEN):
        setattr(stream.faults, fault, 5)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="AddOrder", delay_s=0.5))

    for ratio in ("-0.012", "-0.015", "-0.013", "-0.016", "-0.014", "-0.017"):
        fall(world, ratio)
        await asyncio.sleep(0.05)
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert len(world.tape(KRAKEN).calls("AddOrder")) == 1


@pytest.mark.fault("V117")
async def test_a_bot_that_is_killed_at_a_ticks_order_finds_it_and_is_pushed_prices_again(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    world.faults(KRAKEN).add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="AddOrder", delay_s=60))

    fall(world)
    await world.tape(KRAKEN).wait_for("AddOrder", timeout_s=WAIT_S)
    await stage.bot.kill()
    await stage.start_bot()
    await alerted(stage)

    assert [fill.quantity for fill in sales(world)] == [GUARDED]
    assert sum(ALERT in message.text for message in stage.owner.messages) == 1


@pytest.mark.fault("V115")
async def test_a_dip_that_was_over_before_a_process_that_stood_still_went_on_sells_nothing(open_bot):
    world, stage = await a_guarded_ether(open_bot)
    looked = polls(world)

    os.kill(stage.bot.pid, signal.SIGSTOP)
    try:
        for ratio in ("-0.012", "0.0001") * 40:
            fall(world, ratio)
            await asyncio.sleep(0)
    finally:
        os.kill(stage.bot.pid, signal.SIGCONT)
    await until(lambda: polls(world) >= looked + 3)

    assert sales(world) == []


async def test_a_stopped_bot_leaves_no_connection_behind(open_bot):
    world, stage = await a_guarded_ether(open_bot)

    await stage.bot.stop()

    await until(lambda: not any(stream.sessions for stream in world.streams(KRAKEN)))
    assert sales(world) == []


def end_streams(world):
    """End every connection, and each new one as soon as it is open."""
    for stream in world.streams(KRAKEN):
        stream.faults.closed_at_once = 1_000_000
        stream.drop()
