"""A sale that no reading shows yet is known as one, whatever the wall clock was set to around it."""

import asyncio

import pytest

from engine.brokers.base import Priority
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

DAY_S = 86_400
OFF_BY_S = [0, -30 * DAY_S, 3600]


@pytest.mark.fault("V40")
@pytest.mark.parametrize("at_sale_s", OFF_BY_S)
@pytest.mark.parametrize("now_s", OFF_BY_S)
async def test_a_position_that_was_not_read_since_its_sale_is_not_taken_for_read(room, at_sale_s, now_s):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    room.clock.set_by(at_sale_s)
    await room.read()
    await room.clock.sleep(60)
    room.set_bid("50000")
    await room.sell_off()

    room.clock.set_by(now_s - at_sale_s)
    await room.clock.sleep(1)
    [found] = await room.engine.portfolio.gather(room.account())

    assert found.unsettled is not None
    assert not found.unsettled.is_read


async def test_once_it_was_read_the_sale_is_part_of_the_figures(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    await room.read()
    room.set_bid("50000")
    await room.sell_off()
    await room.clock.sleep(60)

    await room.read()
    [found] = await room.engine.portfolio.gather(room.account())

    assert found.unsettled is None or found.unsettled.is_read


async def unread(room):
    return {
        found.asset
        for found in await room.engine.portfolio.gather(room.account())
        if found.unsettled is not None and not found.unsettled.is_read
    }


@pytest.fixture
async def two_guards(room):
    """Two coins with a part of each guarded, read once."""
    room.set_bid("60000")
    room.set_bid("200", "SOL/USD")
    room.deposit("BTC", "0.3")
    room.deposit("SOL", "9")
    await room.arm("0.1", "6000", guard_id="btc")
    await room.arm("3", "600", "SOL/USD", guard_id="sol")
    await room.read()
    await room.clock.sleep(60)
    return room


async def sell_both(room, *, between_s):
    room.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=20)
    room.set_bid("50000")
    await room.sell_off()
    room.clock.set_by(between_s)
    room.set_bid("100", "SOL/USD")
    await room.sell_off()
    room.world.faults("kraken").clear()


@pytest.mark.fault("V51")
@pytest.mark.parametrize("between_s", OFF_BY_S)
@pytest.mark.parametrize("now_s", OFF_BY_S)
async def test_of_several_sales_since_a_reading_none_is_taken_for_read(two_guards, between_s, now_s):
    await sell_both(two_guards, between_s=between_s)

    two_guards.clock.set_by(now_s - between_s)
    await two_guards.clock.sleep(1)

    assert await unread(two_guards) == {"BTC", "SOL"}


@pytest.mark.fault("V51")
@pytest.mark.parametrize("now_s", OFF_BY_S)
async def test_after_a_restart_the_stored_reading_still_lacks_the_sales_of_after_it(two_guards, now_s):
    await sell_both(two_guards, between_s=0)
    await two_guards.crash()
    two_guards.clock.set_by(now_s)
    await two_guards.open()
    await two_guards.engine.balances.restore()

    assert await unread(two_guards) == {"BTC", "SOL"}


@pytest.mark.parametrize("now_s", OFF_BY_S)
async def test_the_first_reading_after_a_restart_contains_the_sales_of_before_it(two_guards, now_s):
    await sell_both(two_guards, between_s=0)
    await two_guards.restart()
    two_guards.clock.set_by(now_s)

    await two_guards.read()

    assert await unread(two_guards) == set()


@pytest.mark.parametrize("now_s", OFF_BY_S)
async def test_a_reading_of_after_the_sales_contains_them_whatever_the_clock_is_set_to(two_guards, now_s):
    await sell_both(two_guards, between_s=0)
    await two_guards.read()

    two_guards.clock.set_by(now_s)
    await two_guards.clock.sleep(1)

    assert await unread(two_guards) == set()


@pytest.mark.parametrize("now_s", OFF_BY_S)
async def test_a_balance_of_before_a_sale_says_so_whatever_the_clock_is_set_to(two_guards, now_s):
    await sell_both(two_guards, between_s=0)
    two_guards.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=20)

    two_guards.clock.set_by(now_s)
    overview = await two_guards.engine.balances.fetch_overview(OWNER_ID)

    assert overview.filled_since.keys() == {"env-kraken"}


async def test_a_reading_that_was_queued_before_a_sale_and_left_after_it_is_of_after_the_sale(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    await room.read()
    await room.clock.sleep(60)
    # No points are left but those that only exits may spend.
    room.spend_points(14)
    queued = asyncio.create_task(room.engine.reader.read(room.account()))
    await room.clock.sleep(1)
    room.set_bid("50000")
    await room.sell_off()
    sold_at = room.clock.now()

    state = await queued
    overview = await room.engine.balances.fetch_overview(OWNER_ID)

    assert state.last_updated >= sold_at
    assert overview.filled_since == {}
    assert await unread(room) == set()


@pytest.mark.parametrize("priority", [Priority.READ, Priority.EXIT])
async def test_a_report_is_dated_when_its_request_left_and_not_when_it_was_queued(room, priority):
    room.deposit("BTC", "0.3")
    await room.read()
    room.spend_points(100)
    queued_at = room.clock.now()

    report = await room.broker().fetch_report(priority=priority)

    assert (report.at - queued_at).total_seconds() > 60
    assert abs(report.at.timestamp() - room.world.tape("kraken").calls("BalanceEx")[-1].at) < 0.1
