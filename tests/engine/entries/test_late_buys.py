"""A buy that fills behind its end."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import EntryEnd, EntryFilled, EntryGivenUp
from engine.brokers.paper.book import Level
from engine.guards.guard import GuardSource
from engine.model.venues import Venue
from handlers.render.alerts import render_alert
from handlers.render.times import Reader
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from tests.engine.offers.buying import ORDERS, a_buyer

EMPTY = '{"error": [], "result": {"open": {}, "closed": {}, "trades": {}, "count": 0}}'


@pytest.mark.fault("V158")
async def test_a_buy_that_was_given_up_and_fills_all_the_same_is_guarded_and_told(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DROP_AFTER)
    # None of Kraken's lists has it for so long that it is given up.
    for endpoint in ("OpenOrders", "ClosedOrders", "TradesHistory"):
        room.fault(FaultKind.WRONG_BODY, endpoint, times=None, body=EMPTY)
    await buyer.buy()
    await buyer.end()
    [given_up] = await room.alerts(EntryFilled, EntryGivenUp)
    assert given_up.why is EntryEnd.NOT_FOUND

    room.world.faults(Venue.KRAKEN).clear()
    await room.read()

    [filled] = await room.alerts(EntryFilled)
    [guard] = await buyer.guards()
    await room.read()
    assert filled.found_later
    assert guard.quantity == filled.quantity == buyer.held()
    assert len(await room.alerts(EntryFilled)) == 1


@pytest.mark.fault("V163")
@pytest.mark.parametrize("venue", Venue)
async def test_what_an_order_fills_behind_its_reported_end_is_guarded_and_told_once(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        buyer = await a_buyer(room, venue)
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[venue], venue=venue, delay_s=2)
        await buyer.buy()
        await room.clock.sleep(1)
        thin = replace(room.world.market.listing(venue, "BTC/USD"), depth=(Decimal("0.01"),))
        room.world.market.add(thin)
        await buyer.end()
        [short] = await room.alerts(EntryFilled)
        assert short.quantity < short.ordered
        await room.clock.sleep(30)
        await room.read()

        ledger = room.world.ledger(venue)
        [order] = ledger.orders.values()
        ledger.fill_on(order.id, Level(Decimal(50_050), Decimal("0.005")), at=room.seconds())
        for _ in range(4):
            await room.clock.sleep(30)
            await room.read()

        [_, more] = await room.alerts(EntryFilled)
        [guard] = await buyer.guards()
    assert (more.is_rest, more.quantity) == (True, short.quantity + Decimal("0.005"))
    assert guard.quantity == more.guarded
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")


async def read_often(room, times=4):
    for _ in range(times):
        await room.clock.sleep(30)
        await room.read()


async def end_after(room, pace, *, wait_s):
    """Buy, and have the venue end the order as canceled after a while."""
    buyer = await a_buyer(room)
    room.world.kraken.pace = pace
    await buyer.buy()
    await room.clock.sleep(wait_s)
    [order] = buyer.placed
    room.world.ledger(buyer.venue).cancel(order.id, at=room.seconds())
    await buyer.end()
    return buyer


def fill_on(buyer, quantity, price="50000"):
    [order] = buyer.placed
    level = Level(Decimal(price), Decimal(quantity))
    buyer.room.world.ledger(buyer.venue).fill_on(order.id, level, at=buyer.room.seconds())


@pytest.mark.fault("V163")
async def test_each_of_two_fills_after_the_end_joins_the_guard_and_is_told(room):
    buyer = await end_after(room, Pace(over_s=3600, parts=2), wait_s=2000)

    for quantity in ("0.004", "0.003"):
        fill_on(buyer, quantity)
        await read_often(room, 2)
    await room.restart()
    await read_often(room, 2)

    told = [one.quantity for one in await room.alerts(EntryFilled)]
    [guard] = await buyer.guards()
    assert told == [buyer.held() - Decimal("0.007"), buyer.held() - Decimal("0.003"), buyer.held()]
    assert guard.quantity == buyer.held()


@pytest.mark.fault("V163")
async def test_what_fills_after_an_order_ended_with_nothing_is_guarded_and_told(room):
    buyer = await end_after(room, Pace(pending_s=3600), wait_s=100)
    assert await buyer.guards() == ()

    fill_on(buyer, "0.009")
    await read_often(room)

    [guard] = await buyer.guards()
    _, given_up, filled = await room.alerts()
    text = render_alert(filled, Reader(now=room.clock.now())).text
    assert given_up.why is EntryEnd.UNFILLED
    assert "reported more of this order after its end" in text
    assert (guard.quantity, guard.source) == (Decimal("0.009"), GuardSource.BOUGHT)
    assert filled.found_later
    assert (filled.quantity, filled.ordered) == (Decimal("0.009"), buyer.placed[0].quantity)


@pytest.mark.fault("V158")
async def test_a_buy_that_could_not_be_looked_up_at_first_is_guarded_once_it_can_be(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        buyer = await a_buyer(room, Venue.ALPACA)
        room.fault(FaultKind.DROP_AFTER, ORDERS[buyer.venue], venue=buyer.venue)
        # Its fills are listed all the time, its order nowhere.
        for endpoint in ("GET /v2/orders:by_client_order_id", "GET /v2/orders/{order_id}"):
            refused = {"status": 404, "body": '{"code": 40410000, "message": "order not found"}'}
            room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, venue=buyer.venue, times=None, **refused)
        room.fault(FaultKind.WRONG_BODY, "GET /v2/orders", venue=buyer.venue, times=None, body="[]")
        await buyer.buy()
        await buyer.end()
        await room.read()
        assert await room.alerts(EntryFilled) == []

        room.world.faults(buyer.venue).clear()
        await read_often(room, 2)

        [guard] = await buyer.guards()
        [filled] = await room.alerts(EntryFilled)
        assert filled.found_later
        assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")
