"""Stocks at the watch: sold in the settled session only."""

from datetime import UTC, datetime

import pytest

from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.watching import seen, watch

SESSION = {
    "before the bell": (datetime(2026, 3, 4, 14, 29, tzinfo=UTC), False),
    "twenty seconds in": (datetime(2026, 3, 4, 14, 30, 20, tzinfo=UTC), False),
    "in the session": (datetime(2026, 3, 4, 15, tzinfo=UTC), True),
    "in the evening": (datetime(2026, 3, 4, 22, tzinfo=UTC), False),
    "on Sunday": (datetime(2026, 3, 8, 15, tzinfo=UTC), False),
}


@pytest.mark.parametrize(("start", "is_sold"), SESSION.values(), ids=SESSION)
async def test_a_stock_is_sold_in_the_settled_session_only(rooms, start, is_sold):
    async with rooms(venues=(Venue.ALPACA,), start=start) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        await room.arm("2", "500", "AAPL/USD", venue=Venue.ALPACA)
        await room.read()

        await room.sell_off()

        assert (room.world.ledger("alpaca").total("AAPL") == 0) is is_sold
        if not is_sold:
            assert seen(room).problem is PriceProblem.MARKET_CLOSED


async def test_a_stock_is_left_alone_while_nobody_reports_whether_its_market_is_open(rooms):
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 15, tzinfo=UTC)) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        await room.arm("2", "500", "AAPL/USD", venue=Venue.ALPACA)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/clock", times=None, venue=Venue.ALPACA)
        await room.read()

        await room.look()

        assert room.sent("POST /v2/orders", venue=Venue.ALPACA) == []
        assert isinstance(seen(room), PriceUnknown)


CLOCKS = {
    "fails": {"kind": FaultKind.HTTP_ERROR_BEFORE},
    "takes 3 s": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 3},
    "hangs": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 86400},
}


async def a_share_is_watched(room, how, *, away_s):
    """Watch two shares for a while after the venue's clock was last read."""
    room.deposit("AAPL", "2", venue=Venue.ALPACA)
    room.set_bid("229.50", "AAPL/USD", venue=Venue.ALPACA)
    await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA)
    await room.read()
    await watch(room, 10)
    room.fault(endpoint="GET /v2/clock", venue=Venue.ALPACA, times=None, **CLOCKS[how])
    await watch(room, away_s, every_s=max(5, away_s / 60))


@pytest.mark.fault("V140")
@pytest.mark.parametrize("away_s", [20, 60, 1200])
@pytest.mark.parametrize("how", CLOCKS)
async def test_a_stock_is_sold_in_a_session_whose_clock_cannot_be_read_any_more(rooms, how, away_s):
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 17, tzinfo=UTC)) as room:
        await a_share_is_watched(room, how, away_s=away_s)
        room.set_bid("226", "AAPL/USD", venue=Venue.ALPACA)

        await watch(room, 5)
        await room.wait_for("exit ")

        assert room.world.ledger("alpaca").total("AAPL") == 0


@pytest.mark.fault("V140")
@pytest.mark.parametrize("how", CLOCKS)
async def test_a_session_whose_clock_cannot_be_read_ends_when_its_venue_said(rooms, how):
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 20, 59, tzinfo=UTC)) as room:
        await a_share_is_watched(room, how, away_s=60)
        room.set_bid("226", "AAPL/USD", venue=Venue.ALPACA)

        await watch(room, 60)

        assert room.sent("POST /v2/orders", venue=Venue.ALPACA) == []
        assert isinstance(seen(room), PriceUnknown)


async def test_a_market_that_closes_over_night_is_no_alarm(rooms):
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 22, tzinfo=UTC)) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        await room.arm("2", "500", "AAPL/USD", venue=Venue.ALPACA)
        await room.read()

        await watch(room, 120)

        assert await room.alerts() == []
