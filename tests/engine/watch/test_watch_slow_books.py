"""An order book that is slow, or never comes, denies no breach that the ticker goes on showing, as one that fails denies none."""

import pytest

from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, give_stream, read
from tests.engine.watch.watching import watch

BOOKS = {
    "fail": {"kind": FaultKind.HTTP_ERROR_BEFORE},
    "take 3 s": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 3},
    "take 9 s": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 9},
    "hang": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 86400},
}


def break_books(room, how):
    room.fault(endpoint="Depth", times=None, **BOOKS[how])


async def is_sold_within(room, seconds):
    """Look as the schedule does: a look that lasts is not begun twice."""
    until_s = room.clock.monotonic() + seconds
    while room.clock.monotonic() < until_s and not room.sent():
        await room.engine.guard()
        await room.clock.sleep(1)
    await room.wait_for("exit ", "look ", "tick ")
    return bool(room.sent())


@pytest.mark.fault("V137")
@pytest.mark.parametrize("quiet_s", [0, 20, 120])
@pytest.mark.parametrize("how", BOOKS)
async def test_a_polled_loser_is_sold_while_only_its_book_cannot_be_read(guarded, how, quiet_s):
    break_books(guarded, how)
    await watch(guarded, quiet_s)
    guarded.set_bid("59000")

    assert await is_sold_within(guarded, 15)


@pytest.mark.fault("V137")
@pytest.mark.parametrize("delay_s", [1, 3, 5])
async def test_a_jump_is_sold_by_a_book_that_shows_it_however_long_it_takes(guarded, delay_s):
    guarded.fault(FaultKind.DELAY_BEFORE, "Depth", delay_s=delay_s, times=None)
    guarded.set_bid("55000")

    assert await is_sold_within(guarded, 15)


@pytest.mark.fault("V137")
async def test_a_first_price_is_sold_by_a_book_that_shows_it_however_long_it_takes(room):
    room.fault(FaultKind.DELAY_BEFORE, "Depth", delay_s=4, times=None)
    room.deposit("BTC", "0.1")
    room.set_bid("59000")
    await room.arm("0.1", "6000")

    assert await is_sold_within(room, 15)


@pytest.mark.fault("V137")
@pytest.mark.parametrize("how", BOOKS)
async def test_a_pushed_loser_is_sold_while_only_its_book_cannot_be_read(guarded, how):
    give_stream(guarded)
    await read(guarded)
    break_books(guarded, how)
    await watch(guarded, 60)
    fall(guarded, "59000")

    assert await is_sold_within(guarded, 15)


@pytest.mark.fault("V137")
@pytest.mark.parametrize("how", BOOKS)
async def test_a_late_answer_sells_where_no_book_says_that_a_newer_tick_is_right(agreed, how):
    agreed.fault(FaultKind.DELAY_AFTER, "Ticker", delay_s=4)
    break_books(agreed, how)
    fall(agreed, "59000")
    await agreed.engine.guard()
    await agreed.clock.sleep(0.2)
    agreed.stream.push("60000", "60010")
    await agreed.wait_for("look ", "exit ", "tick ")

    assert len(agreed.sent()) == 1
