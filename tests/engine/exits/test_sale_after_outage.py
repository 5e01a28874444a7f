"""Exits whose requests a venue loses for a while: a loser goes out soon after it takes orders again."""

from decimal import Decimal

import pytest

from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind

D = Decimal
ORDERS = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
#: How long proving that a lost order is absent may take, and the pause before the next try. At Kraken the money that
#: the other loser brings must be known as its trade before the balance proves anything.
SOON_S = {Venue.KRAKEN: 13.5, Venue.COINBASE: 10.5, Venue.ALPACA: 5.5}


async def two_losers(room, venue):
    room.deposit("BTC", "0.3", venue=venue)
    room.deposit("ETH", "3", venue=venue)
    room.set_bid("50000", venue=venue)
    room.set_bid("2000", "ETH/USD", venue=venue)
    await room.read()
    await room.arm("0.1", "6000", venue=venue)
    await room.arm("1", "3000", "ETH/USD", venue=venue, guard_id="guard-2")


def sold(room, venue, asset):
    fills = room.world.ledger(venue).fills
    return sum(one.quantity for one in fills if one.side is Side.SELL and one.listing.base == asset)


@pytest.mark.fault("V56")
@pytest.mark.parametrize("outage_s", [47, 113])
@pytest.mark.parametrize("venue", ORDERS)
async def test_two_losers_are_sold_soon_after_their_venue_is_well_again(rooms, venue, outage_s):
    async with rooms(venues=(venue,)) as room:
        await two_losers(room, venue)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, ORDERS[venue], venue=venue, times=None)
        await room.look()
        for _ in range(outage_s // 5):
            await room.clock.sleep(5)
            await room.look()
        room.world.faults(venue).clear()
        well_at = room.clock.true_now().timestamp()

        await room.wait_for("exit ")

        assert (sold(room, venue, "BTC"), sold(room, venue, "ETH")) == (D("0.1"), D(1))
        sales = [fill.at - well_at for fill in room.world.ledger(venue).fills]
        assert max(sales) <= SOON_S[venue]


async def test_kraken_is_asked_whether_it_takes_an_order_before_another_may_be_lost(room):
    await two_losers(room, Venue.KRAKEN)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "AddOrder", times=None)

    await room.look()
    await room.clock.sleep(60)
    checks = [call for call in room.world.tape("kraken").calls("AddOrder") if "validate" in call.params]
    lost = room.sent()
    room.world.faults("kraken").clear()
    await room.wait_for("exit ")

    assert len(lost) <= 2
    assert len(room.sent()) == len(lost) + 2
    assert len(checks) > 5


async def test_kraken_checks_no_order_once_one_was_answered(room):
    await two_losers(room, Venue.KRAKEN)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "AddOrder", times=2)
    await room.sell_off()
    checks = len(room.world.tape("kraken").calls("AddOrder")) - len(room.sent())
    room.deposit("BTC", "0.1")
    await room.read()
    await room.arm("0.1", "6000", guard_id="guard-3")

    await room.sell_off()

    assert len(room.world.tape("kraken").calls("AddOrder")) - len(room.sent()) == checks


async def test_nothing_is_sold_by_a_check(room):
    await two_losers(room, Venue.KRAKEN)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "AddOrder", times=2)
    room.fault(FaultKind.DROP_AFTER, "AddOrder", times=4)

    await room.sell_off()

    assert (sold(room, Venue.KRAKEN, "BTC"), sold(room, Venue.KRAKEN, "ETH")) == (D("0.1"), D(1))
