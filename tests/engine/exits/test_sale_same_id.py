"""A lost order that is sent again under its own id: no earlier sale of ours is taken for its own."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.pace import Pace

D = Decimal
ORDERS = {Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
BALANCES = {Venue.COINBASE: "accounts", Venue.ALPACA: "GET /v2/positions"}


@pytest.mark.fault("V101")
@pytest.mark.parametrize("venue", ORDERS)
async def test_an_earlier_sale_that_arrived_late_does_not_hide_that_the_next_one_was_lost(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.2", venue=venue)
        room.set_bid("60000", venue=venue)
        await room.read()
        await room.arm("0.05", "3000", venue=venue)
        await room.clock.sleep(60)
        await room.read()
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[venue], venue=venue, delay_s=12)
        room.set_bid("59000", venue=venue)
        await room.look()
        await room.clock.sleep(8)
        # Of before the sale arrives.
        await room.read()
        room.fault(FaultKind.HTTP_ERROR_BEFORE, BALANCES[venue], venue=venue, times=None)
        await room.wait_for("exit ")
        await room.arm("0.05", "3000", venue=venue, guard_id="guard-2")
        room.fault(FaultKind.DROP_BEFORE, ORDERS[venue], venue=venue)

        await room.look()
        await room.world.tape(venue.value).wait_for(ORDERS[venue])
        await room.clock.sleep(1)
        room.world.faults(venue.value).clear()
        await room.wait_for("exit ")

        assert (await room.guard("guard-2")).state is GuardState.CLOSED
        sales = [fill.quantity for fill in room.world.ledger(venue.value).fills if fill.side is Side.SELL]
        assert sales == [D("0.05"), D("0.05")]
        assert len(await room.alerts(ExitFilled)) == 2


@pytest.mark.fault("V104")
async def test_an_order_that_was_sent_for_more_than_its_last_attempt_is_followed_to_its_end(room):
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    room.world.kraken.pace = Pace(over_s=20, parts=2)
    room.set_bid("59000")
    await room.look()
    await room.world.tape("kraken").wait_for("QueryOrders")
    await room.crash()
    await room.open()
    # As it is where the same id was sent again for what a first part had left.
    await room.damage("intents", "quantity = '0.05'")
    await room.engine.start()

    await room.wait_for("exit ")

    [sale] = await room.alerts(ExitFilled)
    assert sale.quantity == D("0.1")
    assert (await room.guard()).state is GuardState.CLOSED
