"""Readings around a buy, and the guard of what it brought."""

from decimal import Decimal

import pytest

from engine.alerts.messages import (
    EntryFilled,
    ExitFilled,
    GuardReduced,
)
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from tests.engine.offers.buying import a_buyer

EMPTY = '{"error": [], "result": {"open": {}, "closed": {}, "trades": {}, "count": 0}}'


@pytest.fixture(params=list(Venue))
async def buyer(request, rooms):
    async with rooms(venues=(request.param,)) as room:
        yield await a_buyer(room, request.param)


@pytest.mark.fault("V160")
async def test_what_was_bought_is_sold_by_its_guard(buyer):
    await buyer.buy()
    await buyer.end()
    await buyer.room.read()
    await buyer.room.clock.sleep(20)

    buyer.room.set_bid("49000", venue=buyer.venue)
    await buyer.room.sell_off()

    [sold] = await buyer.room.alerts(ExitFilled)
    assert sold.left_over == 0
    assert buyer.held() < Decimal("1e-6")


@pytest.mark.fault("V159")
async def test_a_reading_from_before_a_buy_takes_nothing_off_the_guard_that_covers_it(buyer):
    room, account = buyer.room, buyer.room.account(buyer.venue)
    await buyer.buy()
    await buyer.end()
    await room.clock.sleep(90)
    await room.read()
    await room.clock.sleep(90)
    preview = await buyer.ask()
    before = room.report(buyer.venue)
    await room.clock.sleep(1)

    await buyer.press(preview)
    await buyer.end()
    assert room.report(buyer.venue) is before
    await room.sync.after_reading(account)
    await room.clock.sleep(60)
    await room.read()

    [guard] = await buyer.guards()
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")
    assert await room.alerts(GuardReduced) == []


async def test_what_is_being_bought_is_no_news_of_a_first_look(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DELAY_AFTER, delay_s=5)

    await buyer.buy()
    await room.clock.sleep(1)
    await room.read()
    await buyer.end()
    await room.read()

    assert [type(one) for one in await room.alerts()] == [EntryFilled]


async def test_a_buy_that_is_not_settled_disarms_no_guard_of_what_was_held_before(room):
    buyer = await a_buyer(room)
    await buyer.buy()
    await buyer.end()
    await room.clock.sleep(70)
    await room.read()
    before = buyer.held()
    room.fault(FaultKind.DROP_AFTER)
    for endpoint in ("OpenOrders", "ClosedOrders", "TradesHistory"):
        room.fault(FaultKind.WRONG_BODY, endpoint, times=None, body=EMPTY)
    await buyer.buy()
    for _ in range(3):
        await room.clock.sleep(10)
        await room.read()
    assert buyer.held() == 2 * before
    assert [(guard.state, guard.quantity) for guard in await buyer.guards()] == [(GuardState.ARMED, before)]

    room.world.faults(buyer.venue).clear()
    await buyer.end()

    [guard] = await buyer.guards()
    assert (guard.state, guard.quantity) == (GuardState.ARMED, buyer.held())


async def read_for_minutes(room):
    for _ in range(5):
        await room.clock.sleep(30)
        await room.read()


@pytest.mark.fault("V155")
@pytest.mark.parametrize("restart", [False, True])
async def test_a_buy_that_fills_in_parts_stays_guarded_as_a_whole(room, restart):
    buyer = await a_buyer(room)
    room.world.kraken.pace = Pace(over_s=20, parts=4)
    await buyer.buy()
    await room.clock.sleep(7)
    if restart:
        await room.restart()
    await buyer.end()
    await read_for_minutes(room)

    assert [guard.quantity for guard in await buyer.guards()] == [buyer.held()]
    assert await room.alerts(GuardReduced) == []


async def test_two_buys_before_a_reading_are_guarded_as_a_whole(buyer):
    for _ in range(2):
        await buyer.buy()
        await buyer.end()
        await buyer.room.clock.sleep(2)
    await read_for_minutes(buyer.room)

    [guard] = await buyer.guards()
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")
    assert await buyer.room.alerts(GuardReduced) == []


@pytest.mark.parametrize("skew_s", [0.4, 0.9, 2.5])
async def test_a_venue_clock_that_is_ahead_takes_no_guard_of_a_buy_away(buyer, skew_s):
    buyer.room.fault(FaultKind.CLOCK_SKEW, venue=buyer.venue, skew_s=skew_s, times=None)
    await buyer.buy()
    await buyer.end()
    await read_for_minutes(buyer.room)

    [guard] = await buyer.guards()
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")


async def test_the_coin_fee_of_a_second_buy_takes_nothing_off_its_guard(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        buyer = await a_buyer(room, Venue.ALPACA)
        for _ in range(2):
            await buyer.buy(700)
            await buyer.end()
            await read_for_minutes(room)

        [guard] = await buyer.guards()
        assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")
        assert await room.alerts(GuardReduced) == []
