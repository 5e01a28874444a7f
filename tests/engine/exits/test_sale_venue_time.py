"""What a venue dated is judged by the venue's clock: this machine's may be wrong and everything is sold all the same."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import PriceTrouble
from engine.guards.guard import GuardState
from engine.market.mark import PriceProblem
from engine.model.venues import Venue
from sandbox.faults import FaultKind

#: Wednesday in winter: New York trades from 14:30 to 21:00 UTC.
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
AFTER_HOURS = datetime(2026, 3, 4, 22, tzinfo=UTC)
DAY_S = 86_400
#: By just more than a price may be old, and by what a machine without a battery may show.
OFF_BY_S = [-3600, 16, 30 * DAY_S]
ORDERS = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}


@pytest.mark.fault("V40")
@pytest.mark.parametrize("off_s", OFF_BY_S)
@pytest.mark.parametrize("venue", list(Venue))
async def test_a_coin_is_sold_under_a_clock_that_is_off(rooms, venue, off_s):
    async with rooms(venues=(venue,)) as room:
        room.clock.set_by(off_s)
        room.set_bid("60000", venue=venue)
        room.deposit("BTC", "0.1", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        await room.read()
        await room.look()

        room.set_bid("57000", venue=venue)
        await room.sell_off()

        assert (await room.guard()).state is GuardState.CLOSED
        assert room.world.ledger(venue.value).total("BTC") == 0
        [filled] = await room.alerts()
        assert timedelta(0) <= filled.filled_at - filled.triggered_at < timedelta(seconds=5)


@pytest.mark.parametrize("off_s", OFF_BY_S)
@pytest.mark.parametrize("venue", list(Venue))
async def test_a_coin_is_sold_after_the_clock_was_set_while_its_guard_is_watched(rooms, venue, off_s):
    async with rooms(venues=(venue,)) as room:
        room.set_bid("60000", venue=venue)
        room.deposit("BTC", "0.1", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        await room.read()
        await room.look()
        room.clock.set_by(off_s)
        await room.clock.sleep(5)

        room.set_bid("57000", venue=venue)
        await room.sell_off()

        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.parametrize("off_s", OFF_BY_S)
@pytest.mark.parametrize("venue", list(Venue))
async def test_a_lost_answer_sells_once_under_a_clock_that_is_off(rooms, venue, off_s):
    async with rooms(venues=(venue,)) as room:
        room.clock.set_by(off_s)
        room.set_bid("50000", venue=venue)
        room.deposit("BTC", "0.3", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        room.fault(FaultKind.DROP_AFTER, ORDERS[venue], venue=venue)

        await room.sell_off()
        await room.clock.sleep(60)
        await room.sell_off()

        assert room.world.ledger(venue.value).total("BTC") == Decimal("0.2")
        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.parametrize("off_s", OFF_BY_S)
@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_a_price_that_stands_still_is_too_old_under_any_clock(rooms, venue, off_s):
    async with rooms(venues=(venue,)) as room:
        room.clock.set_by(off_s)
        room.set_bid("60000", venue=venue)
        room.deposit("BTC", "0.1", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        room.world.market.freeze(venue.value, "BTC/USD")

        for _ in range(12):
            await room.look()
            await room.clock.sleep(5)

        [trouble] = await room.alerts(PriceTrouble)
        assert (trouble.what, trouble.why) == ("unknown", PriceProblem.STALE)


@pytest.mark.parametrize("off_s", OFF_BY_S)
async def test_a_kept_price_is_as_old_as_it_is_after_the_clock_was_set(rooms, off_s):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        market = room.base.markets[Venue.COINBASE]
        await market.quotes({"BTC/USD"}, max_age_s=10)
        room.clock.set_by(off_s)
        await room.clock.sleep(5)

        kept = (await market.quotes({"BTC/USD"}, max_age_s=10))["BTC/USD"]

        assert abs(room.clock.now() - kept.at - timedelta(seconds=5)) < timedelta(seconds=1)
        await room.clock.sleep(6)
        fresh = (await market.quotes({"BTC/USD"}, max_age_s=10))["BTC/USD"]
        assert abs(room.clock.now() - fresh.at) < timedelta(seconds=3)


async def arm_shares(room):
    room.deposit("AAPL", "2", venue=Venue.ALPACA)
    room.set_bid("229.50", "AAPL/USD", venue=Venue.ALPACA)
    await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA)
    await room.read()
    await room.look()


@pytest.mark.parametrize("off_s", [*OFF_BY_S, 6 * 3600])
async def test_a_share_is_sold_in_its_session_under_a_clock_that_is_off(rooms, off_s):
    async with rooms(venues=(Venue.ALPACA,), start=NOON) as room:
        room.clock.set_by(off_s)
        await arm_shares(room)

        room.set_bid("226", "AAPL/USD", venue=Venue.ALPACA)
        await room.sell_off()

        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.parametrize("off_s", [6 * 3600, -6 * 3600])
async def test_a_share_is_sold_although_the_clock_was_set_since_the_session_was_read(rooms, off_s):
    async with rooms(venues=(Venue.ALPACA,), start=NOON) as room:
        await arm_shares(room)
        room.clock.set_by(off_s)
        await room.clock.sleep(5)

        room.set_bid("226", "AAPL/USD", venue=Venue.ALPACA)
        await room.sell_off()

        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.parametrize("off_s", [-6 * 3600, -30 * DAY_S])
async def test_no_share_is_sold_after_hours_by_a_clock_that_shows_the_session(rooms, off_s):
    async with rooms(venues=(Venue.ALPACA,), start=AFTER_HOURS) as room:
        room.clock.set_by(off_s)
        await arm_shares(room)

        room.set_bid("200", "AAPL/USD", venue=Venue.ALPACA)
        await room.sell_off()

        assert (await room.guard()).state is GuardState.ARMED
        assert room.world.ledger("alpaca").total("AAPL") == 2


SLOW = {
    Venue.KRAKEN: ("BalanceEx", "OpenPositions"),
    Venue.COINBASE: ("accounts",),
    Venue.ALPACA: ("GET /v2/account", "GET /v2/positions"),
}


@pytest.mark.fault("V152")
@pytest.mark.parametrize("off_s", [0, -3600])
@pytest.mark.parametrize("venue", list(Venue))
async def test_no_order_is_dated_later_than_it_left_by_a_clock_that_was_read_slowly(rooms, venue, off_s):
    async with rooms(venues=(venue,)) as room:
        room.clock.set_by(off_s)
        room.set_bid("50000", venue=venue)
        room.deposit("BTC", "0.3", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        for endpoint in SLOW[venue]:
            room.fault(FaultKind.DELAY_BEFORE, endpoint, venue=venue, delay_s=3, times=None)

        await room.read()

        await room.sell_off()

        [intent] = await room.intents()
        left_at = await room.journal.orders.load_first_left(intent)
        [fill] = room.world.ledger(venue.value).fills
        filled_after = datetime.fromtimestamp(fill.at, UTC) - left_at
        assert timedelta(0) <= filled_after <= timedelta(seconds=7)
