"""The latest trades of an account are read once for all exits that begin together."""

import asyncio

import pytest

from engine.clock import moment
from engine.exits.latest_trades import LatestTrades
from sandbox.faults import FaultKind


@pytest.fixture
def read(room):
    trades = LatestTrades(room.clock)
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    room.trade("sell", "0.1")

    async def read(after):
        fills = await trades.read(room.broker(), after=after)
        return None if fills is None else [fill.quantity for fill in fills]

    return read


async def test_exits_that_begin_together_share_one_page(room, read):
    await room.clock.sleep(1)
    after = moment(room.clock)
    await room.clock.sleep(1)

    pages = await asyncio.gather(*(read(after) for _ in range(3)))

    assert len(room.sent("TradesHistory")) == 1
    assert [len(page) for page in pages] == [1, 1, 1]


async def test_a_page_that_was_requested_before_a_reading_says_nothing_of_it(room, read):
    await read(moment(room.clock))
    await room.clock.sleep(1)

    await read(moment(room.clock))

    assert len(room.sent("TradesHistory")) == 2


async def test_a_venue_that_does_not_report_in_time_holds_nobody_up(room, read):
    room.fault(FaultKind.DELAY_BEFORE, "TradesHistory", delay_s=20)
    began_s = room.clock.monotonic()

    assert await read(moment(room.clock)) is None
    assert room.clock.monotonic() - began_s < 1


async def test_a_defect_of_ours_in_reading_trades_holds_no_exit_up(room, read):
    room.broker().fetch_fills = None

    assert await read(moment(room.clock)) is None
    assert [log["event"] for log in room.logs if "defect" in log["event"]] == ["a reading failed at a defect"]
