"""Polled prices that a newer tick has overtaken, and looks that fail while a tick brings a price."""

import pytest

from engine.market.mark import Mark
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, quiet


async def dip_that_an_answer_shows_late(room, *, late_s):
    """Have a look request the prices of a dip and be answered late; the tick of the dip is not confirmed in time."""
    room.fault(FaultKind.DELAY_AFTER, "Ticker", delay_s=late_s)
    room.fault(FaultKind.DELAY_BEFORE, "Depth", delay_s=0.5)
    fall(room, "59000")
    await room.engine.guard()
    await room.clock.sleep(0.2)


@pytest.mark.parametrize("late_s", [1, 4])
async def test_a_late_answer_sells_nothing_once_a_newer_tick_shows_the_price_back(agreed, late_s):
    await dip_that_an_answer_shows_late(agreed, late_s=late_s)
    agreed.set_bid("60000")
    agreed.stream.push("60000", "60010")
    await agreed.wait_for("look ")
    await quiet(agreed)

    assert agreed.sent() == []


@pytest.mark.parametrize("late_s", [1, 4])
async def test_a_late_answer_sells_where_the_book_shows_what_it_does_whatever_a_newer_tick_says(
    agreed, late_s
):
    await dip_that_an_answer_shows_late(agreed, late_s=late_s)
    agreed.stream.push("60000", "60010")
    await agreed.wait_for("look ")
    await quiet(agreed)

    assert len(agreed.sent()) == 1


async def test_a_late_answer_sells_where_the_newer_tick_does_not_take_it_back(agreed):
    await dip_that_an_answer_shows_late(agreed, late_s=4)
    agreed.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)
    agreed.stream.push("59300", "59310")
    await agreed.wait_for("look ")
    await quiet(agreed)

    assert len(agreed.sent()) == 1


async def test_a_look_that_fails_for_one_guard_hides_no_newer_price_of_a_tick(agreed):
    """The other guard of that look is answered seconds later."""
    agreed.deposit("ETH", "1")
    agreed.set_bid("3000", "ETH/USD")
    await agreed.arm("1", "3000", "ETH/USD", guard_id="guard-2")
    marks = agreed.engine.watch._marks[Venue.KRAKEN]
    judge = marks.mark_of

    async def fail_for_bitcoin(request, quoted, *, last):
        if request.symbol == "BTC/USD":
            message = "a defect"
            raise TypeError(message)
        await agreed.clock.sleep(3)
        return await judge(request, quoted, last=last)

    marks.mark_of = fail_for_bitcoin
    await agreed.engine.guard()
    await agreed.clock.sleep(1)
    fall(agreed, "59000")
    await agreed.wait_for("look ")

    assert isinstance(agreed.engine.watch.guard_marks["guard-1"].current, Mark)
    agreed.expected_failures = agreed.failures
    await quiet(agreed)
