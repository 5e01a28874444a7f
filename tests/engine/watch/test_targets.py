"""A guard with a target takes its profit, polled or pushed, only where all of it would win after every fee."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, give_stream, read

TARGET = Decimal("0.02")
#: Wednesday in winter: New York trades from 14:30 to 21:00 UTC.
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)
NIGHT = datetime(2026, 3, 4, 23, tzinfo=UTC)


@pytest.fixture
async def targeted(room):
    """A tenth of a bitcoin bought at 60,000, to be sold at a gain of two percent."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000", target=TARGET)
    await room.look()
    return room


@pytest.fixture
async def pushed(targeted):
    """The same, with its price pushed, and a look has just shown what the stream does."""
    give_stream(targeted)
    await read(targeted)
    await targeted.look()
    return targeted


async def quiet(room):
    await room.wait_for("look ", "tick ", "target ", "exit ")


async def look(room):
    await room.engine.guard()
    await quiet(room)


async def test_a_target_that_a_poll_shows_is_sold_and_told_as_a_profit(targeted):
    targeted.set_bid("61200")

    await look(targeted)

    [sale] = await targeted.alerts(ExitFilled)
    assert (sale.target, sale.quantity, sale.fill_price) == (TARGET, Decimal("0.1"), Decimal(61200))
    assert sale.realised > 0
    assert targeted.world.ledger("kraken").total("BTC") == 0


@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_a_target_is_sold_at_every_broker(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.1", venue=venue)
        room.set_bid("60000", venue=venue)
        await room.arm("0.1", "6000", venue=venue, target=Decimal("0.03"))
        await room.read()
        await room.look()

        room.set_bid("61800", venue=venue)
        await look(room)

        [sale] = await room.alerts(ExitFilled)
        assert (sale.target, sale.quantity) == (Decimal("0.03"), Decimal("0.1"))


@pytest.mark.parametrize(("start", "is_sold"), [(NOON, True), (NIGHT, False)], ids=["noon", "night"])
async def test_a_stock_is_sold_at_its_target_while_its_market_is_open(rooms, start, is_sold):
    async with rooms(venues=(Venue.ALPACA,), start=start) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        room.set_bid("229.50", "AAPL/USD", venue=Venue.ALPACA)
        await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA, target=TARGET)
        await room.read()
        await room.look()

        room.set_bid("236", "AAPL/USD", venue=Venue.ALPACA)
        await look(room)

        assert [sale.target for sale in await room.alerts(ExitFilled)] == ([TARGET] if is_sold else [])
        assert (len(room.sent("POST /v2/orders", venue=Venue.ALPACA)) > 0) is is_sold


async def test_a_cent_below_the_target_is_held(targeted):
    targeted.set_bid("61199.9")

    await look(targeted)

    assert targeted.sent() == []


async def test_a_target_that_a_tick_shows_is_sold_without_a_look(pushed):
    polled = len(pushed.sent("Ticker"))

    fall(pushed, "61200")
    await quiet(pushed)

    [sale] = await pushed.alerts(ExitFilled)
    assert (sale.target, sale.fill_price) == (TARGET, Decimal(61200))
    assert len(pushed.sent("Ticker")) == polled


async def test_a_tick_that_the_order_book_denies_takes_no_profit(pushed):
    pushed.stream.push("61200", "61210")
    await quiet(pushed)

    assert pushed.sent() == []


async def test_a_tick_that_jumps_is_left_to_the_poll(pushed):
    fall(pushed, "64000")
    await pushed.wait_for("tick ", "target ", "exit ")
    assert pushed.sent() == []

    await look(pushed)
    [sale] = await pushed.alerts(ExitFilled)
    assert sale.target == TARGET


async def test_a_profit_that_the_fees_eat_up_is_not_taken(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    # Both fees are about 0.8 percent by the venue's first tier.
    await room.arm("0.1", "6000", target=Decimal("0.005"))
    await room.look()

    room.set_bid("60400")
    await look(room)
    assert room.sent() == []

    room.set_bid("60500")
    await look(room)
    [sale] = await room.alerts(ExitFilled)
    assert sale.realised > 0


async def test_a_profit_that_only_the_top_of_the_book_shows_is_not_taken(room):
    room.deposit("BTC", "100")
    room.set_bid("60000")
    await room.arm("100", "6000000", target=TARGET)
    await room.look()

    room.set_bid("61201")
    await look(room)

    assert room.sent() == []


async def test_a_book_that_cannot_be_read_takes_no_profit(targeted):
    targeted.set_bid("61200")
    targeted.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth")

    await look(targeted)
    assert targeted.sent() == []


async def test_a_profit_waits_while_the_venue_takes_no_more_than_losses_need(targeted):
    spare = targeted.base.markets[Venue.KRAKEN].spare_calls
    spare.take(20, now=targeted.clock.monotonic())
    targeted.set_bid("61200")
    asked = len(targeted.sent("Depth"))

    await look(targeted)
    assert (targeted.sent(), len(targeted.sent("Depth"))) == ([], asked)

    await targeted.clock.sleep(30)
    await look(targeted)
    assert len(await targeted.alerts(ExitFilled)) == 1


async def test_ticks_at_a_target_that_the_book_denies_cost_a_request_now_and_then(pushed):
    asked = len(pushed.sent("Depth"))

    for _ in range(40):
        pushed.stream.push("61200", "61210")
        await pushed.clock.sleep(0.25)
    await quiet(pushed)

    assert 1 <= len(pushed.sent("Depth")) - asked <= 3


async def test_a_loss_is_liquidated_whatever_its_target(targeted):
    targeted.set_bid("59400")

    await look(targeted)

    [sale] = await targeted.alerts(ExitFilled)
    assert (sale.target, sale.fill_price) == (None, Decimal(59400))


async def test_a_guard_whose_target_was_taken_off_meanwhile_is_not_sold(targeted):
    armed = await targeted.guard()
    targeted.fault(FaultKind.DELAY_BEFORE, "Depth", delay_s=0.5)
    targeted.set_bid("61200")
    await targeted.engine.guard()
    await targeted.wait_for("look ")

    await targeted.put(replace(armed, target=None))
    await quiet(targeted)

    assert targeted.sent() == []
