"""What its owner traded since the last reading: coins that were bought after a sale at the venue are not guarded."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFilled
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind

D = Decimal
TRADES = {
    Venue.KRAKEN: "TradesHistory",
    Venue.COINBASE: "GET /api/v3/brokerage/orders/historical/fills",
    Venue.ALPACA: "GET /v2/account/activities",
}


def sold(room, venue=Venue.KRAKEN):
    return [fill.quantity for fill in room.world.ledger(venue.value).fills if fill.side is Side.SELL]


async def a_guarded_position(room, venue=Venue.KRAKEN):
    room.deposit("BTC", "0.1", venue=venue)
    room.deposit("USD", "90000", venue=venue)
    room.set_bid("60000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()
    await room.clock.sleep(5)


async def fall(room, venue=Venue.KRAKEN):
    await room.clock.sleep(20)
    room.set_bid("59000", venue=venue)
    await room.sell_off()
    await room.look()
    await room.sell_off()


@pytest.mark.fault("V89")
@pytest.mark.parametrize("venue", TRADES)
async def test_coins_bought_again_after_a_sale_at_the_venue_are_not_sold(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_guarded_position(room, venue)
        room.trade("sell", "0.1", venue=venue)
        room.trade("buy", "0.1", venue=venue)

        await fall(room, venue)

        assert sold(room, venue) == [D("0.1")]
        assert (await room.guard()).state is GuardState.CLOSED
        assert await room.alerts(ExitFilled) == []
        [closed] = await room.alerts(ClosedElsewhere)
        assert closed.symbol == "BTC/USD"


@pytest.mark.fault("V89")
async def test_of_coins_bought_again_in_part_only_the_guarded_rest_is_sold(room):
    await a_guarded_position(room)
    room.trade("sell", "0.06")
    room.trade("buy", "0.06")

    await fall(room)

    assert sold(room) == [D("0.06"), D("0.04")]


async def test_no_trades_of_an_account_that_rests_are_requested_before_a_sale(room):
    await a_guarded_position(room)
    before = len(room.sent("TradesHistory"))
    room.set_bid("59000")
    await room.clock.sleep(20)
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")

    assert len(room.sent("TradesHistory")) == before


@pytest.mark.fault("V89")
@pytest.mark.parametrize("kind", [FaultKind.HTTP_ERROR_BEFORE, FaultKind.DROP_AFTER, FaultKind.DELAY_BEFORE])
async def test_trades_that_are_not_reported_delay_no_sale_for_long(room, kind):
    await a_guarded_position(room)
    room.deposit("USD", "1")
    delay = {"delay_s": 20} if kind is FaultKind.DELAY_BEFORE else {}
    room.fault(kind, "TradesHistory", times=None, **delay)

    await fall(room)

    [sale] = await room.alerts(ExitFilled)
    assert sale.quantity == D("0.1")
    assert (sale.filled_at - sale.triggered_at).total_seconds() < 2
