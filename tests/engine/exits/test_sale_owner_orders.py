"""Exits beside orders of the owner that look like the bot's own: theirs are cancelled, never followed."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.exits.audit import Audit
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.step_cause import StepCause
from handlers.render.alerts import render_alert
from handlers.render.times import Reader
from sandbox.faults import FaultKind
from tests.engine.exits.failing_texts import why_of

D = Decimal
SENT = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
LISTS = {
    Venue.KRAKEN: ("OpenOrders", "ClosedOrders", "QueryOrders"),
    Venue.COINBASE: ("orders/historical/batch", "orders/historical/{order_id}"),
    Venue.ALPACA: ("GET /v2/orders:by_client_order_id", "GET /v2/orders/{order_id}"),
}
NAMES = {Venue.KRAKEN: "cl_ord_id", Venue.COINBASE: "client_order_id", Venue.ALPACA: "client_order_id"}
REFUSALS = [
    (Venue.KRAKEN, "EOrder:Insufficient funds"),
    (Venue.COINBASE, "INSUFFICIENT_FUND"),
    (Venue.COINBASE, "RISK_PROXY_FAILURE"),
    (Venue.COINBASE, "PRODUCT_TRADING_HALTED"),
    (Venue.ALPACA, "insufficient balance for BTC (requested: 0.1, available: 0)"),
]


async def a_falling_position(room, venue, held="0.1"):
    room.deposit("BTC", held, venue=venue)
    room.set_bid("50000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)


def sold(room, venue):
    return sum(fill.quantity for fill in room.world.ledger(venue).fills if fill.side is Side.SELL)


def name_no_id(room, venue):
    fields = {NAMES[venue]: None}
    for endpoint in LISTS[venue]:
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields=fields, times=None)


@pytest.mark.fault("V54")
@pytest.mark.parametrize(("venue", "message"), REFUSALS)
async def test_a_limit_order_of_the_same_size_is_cancelled_to_free_what_is_sold(rooms, venue, message):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.ERROR, SENT[venue], venue=venue, message=message)
        await room.look()
        await room.world.tape(venue.value).wait_for(SENT[venue])
        await room.clock.sleep(0.3)
        external = room.trade("sell", "0.1", limit="90000", venue=venue)
        name_no_id(room, venue)

        await room.wait_for("exit ")

        assert sold(room, venue) == D("0.1")
        [reported] = await room.alerts(ExitFilled)
        assert [order.venue_order_id for order in reported.cancelled] == [external.id]


@pytest.mark.parametrize("venue", SENT)
async def test_a_limit_order_is_not_taken_for_one_whose_answer_was_lost(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.DROP_BEFORE, SENT[venue], venue=venue)
        await room.look()
        await room.world.tape(venue.value).wait_for(SENT[venue])
        external = room.trade("sell", "0.1", limit="90000", venue=venue)
        name_no_id(room, venue)

        await room.wait_for("exit ")

        assert sold(room, venue) == D("0.1")
        [reported] = await room.alerts(ExitFilled)
        assert [order.venue_order_id for order in reported.cancelled] == [external.id]


async def test_a_market_order_of_the_owner_is_not_followed_after_a_refusal(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await a_falling_position(room, Venue.COINBASE, held="0.3")
        room.fault(FaultKind.ERROR, "orders", venue=Venue.COINBASE, message="RISK_PROXY_FAILURE")
        await room.look()
        await room.world.tape("coinbase").wait_for("orders")
        external = room.trade("sell", "0.1", venue=Venue.COINBASE)
        name_no_id(room, Venue.COINBASE)

        await room.wait_for("exit ")

        [reported] = await room.alerts(ExitFilled)
        assert reported.venue_order_id != external.id


async def an_order_that_may_be_either(room, venue):
    """Lose a request that never arrived while its owner sells as much, and as many coins come in again."""
    await a_falling_position(room, venue, held="0.3")
    room.fault(FaultKind.DROP_BEFORE, SENT[venue], venue=venue)
    await room.look()
    await room.world.tape(venue.value).wait_for(SENT[venue])
    # A little less than was sent, as a venue cuts to its lot.
    external = room.trade("sell", "0.0999", venue=venue)
    room.deposit("BTC", "0.0999", venue=venue)
    name_no_id(room, venue)
    return external


@pytest.mark.fault("V54")
async def test_an_order_that_may_be_the_owners_holds_up_no_exit_and_is_named(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        external = await an_order_that_may_be_either(room, Venue.COINBASE)

        await room.wait_for("exit ")

        assert room.clock.monotonic() < 30
        assert sold(room, Venue.COINBASE) == D("0.1999")
        assert any(external.id in why_of(failing) for failing in await room.alerts(ExitFailing))
        [reported] = await room.alerts(ExitFilled)
        assert reported.venue_order_id != external.id


async def test_where_no_id_prevents_a_second_sale_an_order_that_may_have_sold_is_named_and_awaited(room):
    external = await an_order_that_may_be_either(room, Venue.KRAKEN)

    await room.clock.sleep(660)

    assert len(room.sent(SENT[Venue.KRAKEN])) == 1
    assert external.id in why_of((await room.alerts(ExitFailing))[-1])


@pytest.mark.parametrize("venue", [Venue.KRAKEN, Venue.COINBASE])
async def test_the_only_order_that_may_be_ours_is_when_its_coins_are_gone(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue, held="0.3")
        await room.read()
        name_no_id(room, venue)
        opened = {Venue.KRAKEN: "opentm", Venue.COINBASE: "created_time"}
        for endpoint in LISTS[venue]:
            fields = {NAMES[venue]: None, opened[venue]: None}
            room.world.faults(venue).clear(endpoint)
            room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields=fields, times=None)
        room.fault(FaultKind.DROP_AFTER, SENT[venue], venue=venue)

        await room.sell_off()

        assert sold(room, venue) == D("0.1")
        [reported] = await room.alerts(ExitFilled)
        assert (reported.quantity, reported.found_later, reported.may_be_owners) == (D("0.1"), True, True)


@pytest.mark.fault("V98")
@pytest.mark.parametrize("is_restarted", [False, True], ids=["running", "restarted"])
async def test_an_order_without_any_id_of_ours_is_reported_as_perhaps_the_owners_own(room, is_restarted):
    await a_falling_position(room, Venue.KRAKEN, held="0.3")
    room.fault(FaultKind.DROP_BEFORE, times=None)
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    external = room.trade("sell", "0.1")
    if is_restarted:
        await room.crash()
        await room.open()
        await room.engine.start()

    await room.wait_for("exit ")

    assert sold(room, Venue.KRAKEN) == D("0.1")
    [reported] = await room.alerts(ExitFilled)
    assert (reported.venue_order_id, reported.may_be_owners) == (external.id, True)
    text = render_alert(reported, Reader(now=room.clock.now())).text
    assert "This may be your own order at Kraken: NIJA's order was never confirmed." in text
    assert all(claim not in text for claim in ("LIQUIDATION", "Trigger to fill", "answer was lost"))
    [record] = await Audit(database=room.database).fetch_exits((await room.guard()).user_id)
    assert record.may_be_owners
    assert StepCause.FOUND_UNNAMED in {step.cause for step in record.steps}


async def test_an_order_that_was_found_by_our_id_is_no_owners_own(room):
    await a_falling_position(room, Venue.KRAKEN, held="0.3")
    room.fault(FaultKind.DROP_AFTER)

    await room.sell_off()

    [reported] = await room.alerts(ExitFilled)
    assert (reported.found_later, reported.may_be_owners) == (True, False)
