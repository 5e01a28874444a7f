"""A buy that fills behind its end."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import EntryEnd, EntryFilled, EntryGivenUp
from engine.brokers.paper.book import Level
from engine.model.venues import Venue
from sandbox.faults import FaultKind
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
