"""What fills of a buy is guarded with the step that books it, in parts and at odd prices."""

from decimal import Decimal

import pytest

from engine.alerts.messages import (
    EntryFilled,
    ExitFilled,
)
from engine.brokers.paper.book import Level
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from tests.engine.offers.buying import a_buyer


@pytest.mark.fault("V157")
async def test_each_part_that_fills_is_guarded_before_the_next(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=20, parts=2)

        await buyer.buy()
        await room.clock.sleep(15)
        [part] = await buyer.guards()
        assert await room.alerts(EntryFilled) == []
        await buyer.end()

        [whole] = await buyer.guards()
        [filled] = await room.alerts(EntryFilled)
    assert part.quantity * 2 == pytest.approx(whole.quantity)
    assert part.guard_id == whole.guard_id
    assert whole.quantity == filled.quantity == filled.ordered


@pytest.mark.fault("V157")
async def test_an_order_that_ends_short_is_guarded_for_what_filled(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=3600, parts=2)
        await buyer.buy()
        await room.clock.sleep(2000)
        [order] = buyer.placed

        room.world.ledger(Venue.KRAKEN).cancel(order.id, at=room.seconds())
        await buyer.end()

        [guard] = await buyer.guards()
        [filled] = await room.alerts(EntryFilled)
    assert guard.quantity == filled.quantity == buyer.held()
    assert filled.quantity < filled.ordered


@pytest.mark.parametrize(("quantity", "is_sold"), [("0.00002", False), ("0.01", True)])
async def test_an_order_that_ends_with_less_than_its_venue_sells_is_told_so(room, quantity, is_sold):
    buyer = await a_buyer(room)
    room.world.kraken.pace = Pace(pending_s=3600)
    await buyer.buy()
    await room.clock.sleep(1)
    [order] = buyer.placed
    ledger = room.world.ledger(Venue.KRAKEN)
    ledger.cancel(order.id, at=room.seconds())
    ledger.fill_on(order.id, Level(Decimal(50_000), Decimal(quantity)), at=room.seconds())
    await buyer.end()

    [filled] = await room.alerts(EntryFilled)
    assert filled.quantity == Decimal(quantity)
    assert (filled.too_small == "") is is_sold


async def test_more_of_what_is_guarded_is_covered_by_the_same_guard(room):
    buyer = await a_buyer(room)
    await buyer.buy(1000)
    await buyer.end()
    [before] = await buyer.guards()

    await buyer.buy(1000)
    await buyer.end()

    [after] = await buyer.guards()
    assert after.guard_id == before.guard_id
    assert after.quantity == buyer.held() == before.quantity * 2


async def test_an_order_that_stands_unfilled_is_told_once(room):
    buyer = await a_buyer(room)
    room.world.kraken.pace = Pace(pending_s=300)

    await buyer.buy()
    await buyer.end()

    [pending, filled] = await room.alerts()
    assert (pending.is_accepted, type(filled)) == (True, EntryFilled)


@pytest.mark.fault("V155")
async def test_a_part_that_the_venue_takes_back_is_guarded_no_more_and_sells_nothing(room):
    room.deposit("BTC", "1")
    buyer = await a_buyer(room)
    room.world.kraken.pace = Pace(pending_s=3600)
    part = {"vol_exec": "0.01000000", "cost": "500.0", "price": "50000.0"}
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", times=None, fields=part)
    await buyer.buy()
    await room.clock.sleep(5)
    assert [guard.quantity for guard in await buyer.guards()] == [Decimal("0.01")]

    room.world.faults(buyer.venue).clear()
    [order] = buyer.placed
    room.world.ledger(buyer.venue).cancel(order.id, at=room.seconds())
    await buyer.end()
    room.set_bid("40000")
    await room.sell_off()

    assert await buyer.guards() == ()
    assert buyer.held() == 1


async def test_a_buy_whose_price_is_not_reported_is_guarded_meanwhile(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", times=None, fields={"cost": "0", "price": "0"})
    for endpoint in ("TradesHistory", "QueryTrades"):
        room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)
    await buyer.buy()
    await room.clock.sleep(60)
    [meanwhile] = await buyer.guards()
    assert (meanwhile.quantity, meanwhile.state) == (buyer.held(), GuardState.ARMED)

    room.world.faults(buyer.venue).clear()
    await buyer.end()

    [guard] = await buyer.guards()
    [filled] = await room.alerts(EntryFilled)
    assert guard.quantity == buyer.held()
    assert guard.entry == pytest.approx(filled.fill_price)


@pytest.mark.fault("V162")
async def test_what_falls_to_its_stop_while_the_rest_still_fills_is_sold_and_the_rest_guarded(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=40, parts=2)
        await buyer.buy()
        await room.clock.sleep(25)
        [part] = await buyer.guards()
        room.world.kraken.pace = None
        room.set_bid("49000")
        await room.sell_off()
        await buyer.end()

        sold = await room.alerts(ExitFilled)
        [filled] = await room.alerts(EntryFilled)
        [rest] = await buyer.guards()
        assert [one.quantity for one in sold] == [part.quantity]
        assert rest.quantity == buyer.held() == filled.quantity - part.quantity
        assert filled.guarded == rest.quantity

        await room.read()
        await room.clock.sleep(20)
        await room.read()
        assert (await buyer.guards())[0].quantity == rest.quantity
        room.set_bid("48000")
        await room.sell_off()
        assert buyer.held() == 0


@pytest.mark.fault("V157")
async def test_a_part_at_an_absurd_price_is_guarded_at_the_planned_one_and_not_sold(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.world.kraken.pace = Pace(over_s=40, parts=2)
        room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", times=None, fields={"cost": "100000"})
        await buyer.buy()
        await room.clock.sleep(25)
        [part] = await buyer.guards()
        room.world.kraken.pace = None
        await room.sell_off()

        assert await room.alerts(ExitFilled) == []
        assert part.entry == pytest.approx(Decimal(50_050), rel=Decimal("0.001"))
        await buyer.end()
        [whole] = await buyer.guards()
        assert whole.entry == pytest.approx(Decimal(50_050), rel=Decimal("0.001"))
