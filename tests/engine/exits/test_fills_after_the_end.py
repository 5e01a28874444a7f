"""An order that was reported as over with a part filled, and of which a venue reports another trade once its exit ended."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ClosedElsewhere, ExitFilled, GuardReduced
from engine.brokers.paper.book import Level
from engine.exits.audit import Audit
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.intents import StepNote
from handlers.render.alerts import render_alert
from handlers.render.history import render_short
from handlers.render.html import plain_text
from handlers.render.times import Reader
from sandbox.world import OWNER_ID

D = Decimal


async def read_often(room, times=4):
    for _ in range(times):
        await room.clock.sleep(30)
        await room.read()


@pytest.fixture(params=[Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA])
async def sold_short(request, rooms):
    """A sale of 0.1 that ended with 0.06; the price is back, and what is left is guarded."""
    venue = request.param
    async with rooms(venues=(venue,)) as room:
        room.venue = venue
        thin = replace(room.world.market.listing(venue, "BTC/USD"), depth=(D("0.06"),))
        room.world.market.add(thin)
        room.deposit("BTC", "0.3", venue=venue)
        room.set_bid("60000", venue=venue)
        await room.read()
        await room.arm("0.1", "6000", venue=venue)
        room.set_bid("50000", venue=venue)
        await room.look()
        await room.wait_for("exit ")
        room.set_bid("70000", venue=venue)
        await read_often(room)
        assert sold(room) == D("0.06")
        assert (await room.guard()).quantity == D("0.04")
        yield room


def sold(room):
    return sum(fill.quantity for fill in room.world.ledger(room.venue).fills if fill.side is Side.SELL)


def fill_on(room, quantity, price="49000"):
    ledger = room.world.ledger(room.venue)
    [order] = ledger.orders.values()
    at = room.clock.true_now().timestamp()
    ledger.fill_on(order.id, Level(D(price), D(quantity)), at=at)
    return order.id


@pytest.mark.fault("V91")
async def test_it_is_reported_once_and_what_it_sold_is_not_guarded_any_more(sold_short):
    order_id = fill_on(sold_short, "0.02")
    await read_often(sold_short)
    await sold_short.restart()
    await read_often(sold_short)

    first, late = await sold_short.alerts(ExitFilled)
    assert (first.quantity, late.quantity) == (D("0.06"), D("0.02"))
    assert (late.fill_price, late.venue_order_id, late.found_later) == (D(49000), order_id, True)
    assert late.realised is not None
    assert "after the order's end" in render_alert(late, Reader(now=sold_short.clock.now())).text
    assert (await sold_short.guard()).quantity == D("0.02")
    assert await sold_short.alerts(GuardReduced, ClosedElsewhere) == []


async def test_nothing_of_it_is_sold_again(sold_short):
    fill_on(sold_short, "0.02")
    await read_often(sold_short)
    for _ in range(3):
        sold_short.set_bid("40000", venue=sold_short.venue)
        await sold_short.look()
        await sold_short.wait_for("exit ")
        await sold_short.clock.sleep(5)

    assert sold(sold_short) == D("0.1")
    assert (await sold_short.guard()).state is GuardState.CLOSED


async def test_history_shows_it_with_the_exit_that_it_belongs_to(sold_short):
    fill_on(sold_short, "0.02")
    await read_often(sold_short)

    [record] = await Audit(database=sold_short.database).fetch_exits(OWNER_ID)
    text = plain_text(render_short(record, Reader(now=sold_short.clock.now())))
    assert "sold 0.06 at $50,000.00" in text
    assert "Found later: sold 0.02 at $49,000.00" in text
    assert [step.note for step in record.steps].count(StepNote.FILLED_LATE) == 1


async def test_a_trade_after_it_is_reported_for_itself(sold_short):
    fill_on(sold_short, "0.02")
    await read_often(sold_short)
    fill_on(sold_short, "0.02", "48000")
    await read_often(sold_short)

    reported = await sold_short.alerts(ExitFilled)
    assert [one.quantity for one in reported] == [D("0.06"), D("0.02"), D("0.02")]
    assert [round(one.fill_price, 6) for one in reported] == [50000, 49000, 48000]
    assert (await sold_short.guard()).state is GuardState.CLOSED
    [record] = await Audit(database=sold_short.database).fetch_exits(OWNER_ID)
    assert [late.quantity for late in record.late] == [D("0.02"), D("0.02")]


async def test_without_another_trade_nothing_more_is_reported(sold_short):
    await read_often(sold_short, 6)

    assert [reported.quantity for reported in await sold_short.alerts(ExitFilled)] == [D("0.06")]
    assert (await sold_short.guard()).quantity == D("0.04")
