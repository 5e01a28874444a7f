"""Guards are compared with what is there, whatever the machine's wall clock was set to in between."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, GuardReduced
from engine.guards.guard import GuardState
from sandbox.world import Bought, Opening, Story

HOUR_S, MONTH_S = 3600, 30 * 86_400
STEPS = pytest.mark.parametrize("step_s", [-MONTH_S, -HOUR_S, -40, 40, HOUR_S, MONTH_S])


@pytest.fixture
async def guarded(room):
    """Three tenths of a bitcoin, one of them guarded, read and settled."""
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    await read_again(room)
    return room


async def read_again(room, times=1):
    for _ in range(times):
        await room.read()
        await room.clock.sleep(60)


async def reductions(room):
    return [(alert.was, alert.now, alert.why) for alert in await room.alerts(GuardReduced)]


@STEPS
async def test_a_sale_at_the_venue_after_the_clock_was_set_counts_once(guarded, step_s):
    guarded.clock.set_by(step_s)
    guarded.trade("sell", "0.04")

    await read_again(guarded, 3)

    assert (await guarded.guard()).quantity == Decimal("0.06")
    [(was, now, _)] = await reductions(guarded)
    assert (was, now) == (Decimal("0.1"), Decimal("0.06"))


@STEPS
async def test_a_sale_at_the_venue_before_the_clock_was_set_is_not_counted_again(guarded, step_s):
    guarded.trade("sell", "0.04")
    await read_again(guarded)

    guarded.clock.set_by(step_s)
    await read_again(guarded, 3)

    assert (await guarded.guard()).quantity == Decimal("0.06")
    assert len(await reductions(guarded)) == 1


@pytest.mark.parametrize("step_s", [HOUR_S, MONTH_S])
async def test_what_was_sold_at_the_venue_counts_after_a_restart_with_the_clock_put_right(guarded, step_s):
    guarded.clock.set_by(step_s)
    await read_again(guarded)
    guarded.trade("sell", "0.01")
    await read_again(guarded)
    await guarded.crash()
    guarded.clock.set_by(-step_s)
    await guarded.open()
    await guarded.engine.start()

    guarded.trade("sell", "0.04")
    await read_again(guarded, 3)

    assert (await guarded.guard()).quantity == Decimal("0.05")


@pytest.mark.parametrize("step_s", [HOUR_S, MONTH_S])
async def test_a_guard_set_under_a_clock_ahead_is_followed_once_it_is_right(room, step_s):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    room.clock.set_by(step_s)
    await room.arm("0.1", "6000")
    await room.crash()
    room.clock.set_by(-step_s)
    await room.open()
    await room.engine.start()
    await read_again(room)

    room.trade("sell", "0.3")
    await read_again(room, 2)

    assert (await room.guard()).state is GuardState.CLOSED
    assert len(await room.alerts(ClosedElsewhere)) == 1


@pytest.mark.fault("V15")
@STEPS
async def test_coins_sold_at_the_venue_after_the_clock_was_set_are_not_sold_again(guarded, step_s):
    guarded.clock.set_by(step_s)
    guarded.trade("sell", "0.3")
    await read_again(guarded, 2)

    guarded.set_bid("50000")
    await guarded.sell_off()

    assert (await guarded.guard()).state is GuardState.CLOSED
    assert await guarded.intents() == []


@pytest.mark.parametrize("step_s", [HOUR_S, MONTH_S])
async def test_a_quantity_no_trade_explains_is_not_believed_sooner_for_a_clock_set_forward(guarded, step_s):
    guarded.withdraw("BTC", "0.05")
    await guarded.read()
    guarded.clock.set_by(step_s)
    await guarded.clock.sleep(5)

    await guarded.read()

    assert (await guarded.guard()).quantity == Decimal("0.1")


@pytest.mark.parametrize("step_s", [-HOUR_S, -MONTH_S])
async def test_a_quantity_no_trade_explains_is_believed_in_time_though_the_clock_was_set_back(
    guarded, step_s
):
    guarded.withdraw("BTC", "0.05")
    await guarded.read()
    guarded.clock.set_by(step_s)
    await guarded.clock.sleep(20)

    await guarded.read()

    assert (await guarded.guard()).quantity == Decimal("0.05")


@pytest.mark.parametrize("step_s", [HOUR_S, MONTH_S])
async def test_a_sale_from_before_the_guard_is_not_counted_when_the_clock_is_put_right(room, step_s):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await read_again(room)
    room.trade("sell", "0.04")
    await room.clock.sleep(10)
    await room.arm("0.1", "6000")
    room.clock.set_by(step_s)
    await read_again(room)

    room.clock.set_by(-step_s)
    await read_again(room, 2)

    assert (await room.guard()).quantity == Decimal("0.1")
    assert await reductions(room) == []


@pytest.fixture
async def sold_before(rooms):
    """Half a coin of two is sold at the venue; the rest is guarded as soon as it is read."""
    opening = Opening(purchases=(Bought(symbol="ETH/USD", quantity=Decimal(2), price=Decimal(3_100)),))
    async with rooms(story=Story(openings={"kraken": opening}), guard_existing="all") as room:
        room.trade("sell", "0.5", "ETH/USD")
        await room.clock.sleep(15)
        yield room


async def guarded_ether(room):
    [guard] = await room.guards()
    return guard.quantity


async def restart_with_the_clock_set(room, *, by_s, meanwhile=lambda: None):
    await room.crash()
    meanwhile()
    room.clock.set_by(by_s)
    await room.open()
    await room.engine.start()


@pytest.mark.fault("V15")
@STEPS
async def test_a_sale_from_before_a_guard_set_under_a_wrong_clock_is_not_counted_by_the_next_process(
    sold_before, step_s
):
    sold_before.clock.set_by(step_s)
    await sold_before.read()
    await sold_before.clock.sleep(15)

    await restart_with_the_clock_set(sold_before, by_s=-step_s)
    sold_before.deposit("ETH", "0.2")
    await read_again(sold_before, 3)

    assert await guarded_ether(sold_before) == Decimal("1.5")
    assert await reductions(sold_before) == []


@STEPS
async def test_a_sale_while_the_bot_was_away_counts_once_though_the_guard_was_set_under_a_wrong_clock(
    sold_before, step_s
):
    sold_before.clock.set_by(step_s)
    await sold_before.read()
    await sold_before.clock.sleep(15)

    await restart_with_the_clock_set(
        sold_before, by_s=-step_s, meanwhile=lambda: sold_before.trade("sell", "0.25", "ETH/USD")
    )
    await read_again(sold_before, 3)

    assert await guarded_ether(sold_before) == Decimal("1.25")
    assert len(await reductions(sold_before)) == 1


@STEPS
async def test_a_process_under_a_wrong_clock_counts_only_what_was_sold_since_the_last_one(
    sold_before, step_s
):
    await sold_before.read()
    await sold_before.clock.sleep(15)

    await restart_with_the_clock_set(
        sold_before, by_s=step_s, meanwhile=lambda: sold_before.trade("sell", "0.25", "ETH/USD")
    )
    await read_again(sold_before, 3)

    assert await guarded_ether(sold_before) == Decimal("1.25")
    assert len(await reductions(sold_before)) == 1
