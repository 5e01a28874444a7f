"""Exits whose own order may still be open: no other order leaves while a list or the balance shows the first one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, GuardReduced
from engine.brokers.paper.ledger import Kind
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from tests.engine.exits.failing_texts import reasons

D = Decimal
SENT = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
ASKED = {
    Venue.KRAKEN: "QueryOrders",
    Venue.COINBASE: "orders/historical/{order_id}",
    Venue.ALPACA: "GET /v2/orders/{order_id}",
}
LISTED = {Venue.KRAKEN: "OpenOrders", Venue.ALPACA: "GET /v2/orders"}
OVER = {
    Venue.KRAKEN: {"status": "canceled"},
    Venue.COINBASE: {"status": "CANCELLED"},
    Venue.ALPACA: {"status": "canceled"},
}


def sold(room, venue=Venue.KRAKEN):
    return sum(fill.quantity for fill in room.world.ledger(venue).fills if fill.side is Side.SELL)


def rest_for(room, venue, seconds):
    if venue is Venue.COINBASE:
        room.world.coinbase.switches.pending_s = seconds
    elif venue is Venue.ALPACA:
        room.world.alpaca.switches.pace = Pace(pending_s=seconds)
    else:
        room.world.kraken.pace = Pace(pending_s=seconds)


async def a_breach(room, venue=Venue.KRAKEN, *, held="0.3"):
    """A tenth of a bitcoin is guarded; what else is there is its owner's own."""
    room.deposit("BTC", held, venue=venue)
    room.set_bid("60000", venue=venue)
    await room.read()
    await room.arm("0.1", "6000", venue=venue)
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()
    room.set_bid("50000", venue=venue)


async def untrue_for(room, venue, seconds, fields):
    """Let the venue report the exit's order wrongly for some seconds, and wait until the exit is over."""
    room.fault(FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields=fields, times=None)
    await room.look()
    await room.clock.sleep(seconds)
    room.world.faults(venue).clear(ASKED[venue])
    await room.wait_for("exit ")
    await room.clock.sleep(90)
    await room.read()
    await room.sell_off()


@pytest.mark.fault("V70")
@pytest.mark.parametrize("held", ["0.1", "0.3"])
@pytest.mark.parametrize("seconds", [8, 20])
@pytest.mark.parametrize("venue", list(Venue))
async def test_an_order_reported_as_cancelled_is_followed_while_the_venue_lists_it_as_open(
    rooms, venue, seconds, held
):
    async with rooms(venues=(venue,)) as room:
        await a_breach(room, venue, held=held)
        rest_for(room, venue, 40)

        await untrue_for(room, venue, seconds, OVER[venue])

        assert (sold(room, venue), len(room.sent(SENT[venue], venue=venue))) == (D("0.1"), 1)
        [reported] = await room.alerts(ExitFilled)
        assert (reported.quantity, reported.cancelled, reported.left_over) == (D("0.1"), (), 0)


async def test_the_open_half_of_an_order_reported_as_cancelled_is_followed_to_its_end(room):
    await a_breach(room)
    room.world.kraken.pace = Pace(over_s=60, parts=2)

    await untrue_for(room, Venue.KRAKEN, 45, OVER[Venue.KRAKEN])

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    [reported] = await room.alerts(ExitFilled)
    assert reported.quantity == D("0.1")
    assert (await room.guard()).state is GuardState.CLOSED
    assert any("list of open orders" in one for one in await reasons(room))


async def test_an_order_reported_as_cancelled_is_followed_while_the_balance_still_holds_its_coins(room):
    await a_breach(room)
    rest_for(room, Venue.KRAKEN, 40)
    room.world.kraken_account.listing_delay_s = 60

    await untrue_for(room, Venue.KRAKEN, 30, OVER[Venue.KRAKEN])

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    assert any("hold" in one for one in await reasons(room))


@pytest.mark.parametrize("endpoint", ["OpenOrders", "BalanceEx"])
async def test_a_cancelled_order_is_not_followed_by_another_before_list_and_balance_answer(room, endpoint):
    await a_breach(room)
    rest_for(room, Venue.KRAKEN, 40)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)
    room.fault(FaultKind.WRONG_FIELDS, "QueryOrders", fields=OVER[Venue.KRAKEN], times=None)

    await room.look()
    await room.clock.sleep(30)

    assert len(room.sent()) == 1
    room.world.faults("kraken").clear()
    await room.wait_for("exit ")
    assert (sold(room), len(room.sent())) == (D("0.1"), 1)


@pytest.mark.parametrize("venue", list(Venue))
async def test_an_order_that_really_is_cancelled_is_sent_again(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_breach(room, venue)
        rest_for(room, venue, 600)
        await room.look()
        await room.clock.sleep(2)
        rest_for(room, venue, 0)
        ledger = room.world.ledger(venue)
        [order] = ledger.open_orders()
        ledger.cancel(order.id, at=room.seconds(), reason="canceled")

        await room.wait_for("exit ")

        assert (sold(room, venue), len(room.sent(SENT[venue], venue=venue))) == (D("0.1"), 2)
        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V79")
@pytest.mark.parametrize("is_unreadable", [False, True])
@pytest.mark.parametrize("venue", [Venue.KRAKEN, Venue.ALPACA])
async def test_a_half_filled_order_reported_as_cancelled_is_not_followed_by_another_while_its_other_half_is_held(
    rooms, venue, is_unreadable
):
    async with rooms(venues=(venue,)) as room:
        await a_breach(room, venue)
        pace = Pace(over_s=60, parts=2)
        if venue is Venue.ALPACA:
            room.world.alpaca.switches.pace = pace
        else:
            room.world.kraken.pace = pace
        await room.look()
        await room.world.tape(venue.value).wait_for(SENT[venue])
        await room.clock.sleep(31)
        room.fault(FaultKind.WRONG_FIELDS, ASKED[venue], venue=venue, fields=OVER[venue], times=None)
        row = {"vol": "many", "qty": "many"} if is_unreadable else OVER[venue]
        room.fault(FaultKind.WRONG_FIELDS, LISTED[venue], venue=venue, fields=row, times=None)
        await room.clock.sleep(20)
        room.world.faults(venue).clear()

        await room.wait_for("exit ")

        assert (sold(room, venue), len(room.sent(SENT[venue], venue=venue))) == (D("0.1"), 1)


@pytest.mark.fault("V72")
async def test_an_unlisted_order_whose_coins_stay_held_is_never_followed_by_another(room):
    await a_breach(room)
    rest_for(room, Venue.KRAKEN, 700)
    room.world.kraken_account.listing_delay_s = 750
    room.fault(FaultKind.DROP_AFTER)

    await room.look()
    await room.wait_for("exit ", within_s=2000)
    await room.clock.sleep(800)
    await room.read()

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    failing = await room.alerts(ExitFailing)
    assert 3 <= len(failing) <= 6


@pytest.fixture
async def edited(rooms):
    """The exit's order rests at Alpaca, and its owner puts a limit order in its place, in the app."""
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await a_breach(room, Venue.ALPACA)
        rest_for(room, Venue.ALPACA, 600)
        await room.look()
        await room.clock.sleep(2)
        yield room


def edit(room, *, quantity="0.1", limit="55000"):
    ledger = room.world.ledger(Venue.ALPACA)
    [order] = ledger.open_orders()
    draft = replace(
        order.draft, kind=Kind.LIMIT, limit=D(limit), quantity=D(quantity), client_id="the app's own"
    )
    book = room.world.market.liquidity(Venue.ALPACA, "BTC/USD")
    return room.world.alpaca_account.edit(order.id, draft, book, at=room.seconds())


@pytest.mark.fault("V71")
@pytest.mark.parametrize("edits", [1, 2])
async def test_an_order_that_its_owner_edits_in_the_app_is_followed_as_the_one_it_became(edited, edits):
    for _ in range(edits):
        edit(edited)
        await edited.clock.sleep(20)
    assert len(edited.sent("POST /v2/orders", venue=Venue.ALPACA)) == 1

    edited.set_bid("56000", venue=Venue.ALPACA)
    await edited.wait_for("exit ")
    await edited.read()
    await edited.clock.sleep(60)
    await edited.read()

    assert sold(edited, Venue.ALPACA) == D("0.1")
    [reported] = await edited.alerts(ExitFilled)
    assert (reported.quantity, reported.left_over) == (D("0.1"), 0)
    assert (await edited.guard()).state is GuardState.CLOSED
    assert not await edited.alerts(GuardReduced)


async def test_an_edited_order_that_is_cancelled_then_is_sent_again(edited):
    following = edit(edited)
    await edited.clock.sleep(20)
    rest_for(edited, Venue.ALPACA, 0)
    edited.world.ledger(Venue.ALPACA).cancel(following.id, at=edited.seconds(), reason="canceled")

    await edited.wait_for("exit ")

    assert (sold(edited, Venue.ALPACA), len(edited.sent("POST /v2/orders", venue=Venue.ALPACA))) == (
        D("0.1"),
        2,
    )


async def test_what_an_edit_leaves_of_an_order_is_sold_and_the_rest_stays_guarded(edited):
    edit(edited, quantity="0.04")
    edited.set_bid("56000", venue=Venue.ALPACA)

    await edited.wait_for("exit ")

    [reported] = await edited.alerts(ExitFilled)
    assert reported.quantity == D("0.04")
    assert (await edited.guard()).quantity == D("0.06")


async def test_coins_that_went_with_an_unlisted_order_count_as_sold_whatever_came_in_before(room):
    await a_breach(room)
    room.deposit("BTC", "0.1")
    await room.clock.sleep(6)
    room.world.kraken_account.listing_delay_s = 86400
    room.fault(FaultKind.DROP_AFTER)

    await room.sell_off()
    await room.sell_off()

    assert (sold(room), len(room.sent())) == (D("0.1"), 1)
    [ended] = await room.alerts(GuardReduced)
    assert (ended.now, ended.may_be_ours) == (0, True)
    assert (await room.guard()).state is GuardState.CLOSED
