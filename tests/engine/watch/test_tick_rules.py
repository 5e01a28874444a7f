"""A tick is judged by every rule that a polled price is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, quiet
from tests.engine.watch.watching import seen


async def test_a_jump_waits_for_its_second_look(streamed):
    began = streamed.clock.monotonic()

    fall(streamed, "50000")
    await quiet(streamed)

    [order] = streamed.sent()
    assert 0.3 <= order.monotonic - began < 0.5


@pytest.mark.fault("V115")
async def test_a_spike_that_neither_book_nor_next_tick_shows_sells_nothing(streamed):
    streamed.stream.push("30000", "30010")
    await streamed.clock.sleep(0.1)
    streamed.stream.push("60000", "60010")
    await quiet(streamed)
    await streamed.look()

    assert streamed.sent() == []
    assert seen(streamed).price == Decimal(60000)


async def test_a_tick_that_came_too_early_for_a_second_look_confirms_nothing(streamed):
    streamed.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=1)

    streamed.stream.push("30000", "30010")
    await streamed.clock.sleep(0.2)
    streamed.stream.push("30001", "30011")
    await quiet(streamed)

    assert streamed.sent() == []


@pytest.mark.fault("V115")
async def test_a_wide_spread_is_judged_at_its_middle(streamed):
    streamed.stream.push("58000", "62000")
    await quiet(streamed)

    assert streamed.sent() == []


@pytest.mark.fault("V115")
async def test_a_thin_top_is_judged_by_the_book(streamed):
    streamed.stream.push("59000", "59010", bid_quantity="0.001")
    await quiet(streamed)

    assert streamed.sent() == []


@pytest.mark.fault("V115")
async def test_an_old_tick_sells_nothing(streamed):
    streamed.stream.push("59000", "59010", at=streamed.clock.now() - timedelta(seconds=16))
    await quiet(streamed)

    assert streamed.sent() == []


@pytest.mark.fault("V115")
async def test_a_breach_that_the_book_denies_sells_nothing(streamed):
    """Its ticker was not compared with the book for too long to be believed."""
    await streamed.clock.sleep(20)

    streamed.stream.push("59000", "59010")
    await quiet(streamed)

    assert streamed.sent() == []


async def test_a_tick_that_is_no_price_leaves_the_price_of_the_last_look(streamed):
    streamed.stream.push("59000", "59010", at=streamed.clock.now() - timedelta(seconds=16))
    await quiet(streamed)

    assert seen(streamed).price == Decimal(60000)


@pytest.mark.fault("V115")
async def test_a_jump_that_ticks_alone_confirm_is_held_against_the_book(streamed):
    """Ticker and book were not compared for too long."""
    await streamed.clock.sleep(20)
    streamed.fault(FaultKind.DELAY_BEFORE, "Depth", delay_s=1)

    streamed.stream.push("30000", "30010")
    await streamed.clock.sleep(0.4)
    streamed.stream.push("30001", "30011")
    await quiet(streamed)

    assert streamed.sent() == []
