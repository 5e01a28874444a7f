"""Requests whose answer was lost, settled at a Kraken over sockets, each step on disk first."""

import asyncio
from decimal import Decimal

import pytest

from engine.model.venues import Venue
from engine.orders.balance_verdict import BalanceVerdict
from engine.orders.settling import Settler
from engine.orders.states import IntentState
from engine.orders.submit import Submitter
from sandbox.coinbase.switches import Duplicates
from sandbox.faults import FaultKind
from tests.engine_room import a_trigger


@pytest.fixture
async def planned(room):
    """A room with the intent to sell a tenth of a bitcoin of three."""
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    live = await room.journal.plan_exit(
        await room.guard(), a_trigger(at=room.clock.now()), intent_id="intent-1"
    )
    room.settler = Settler(journal=room.journal.orders, clock=room.clock)
    return room, live.intent


async def send(room, intent, venue=Venue.KRAKEN):
    submitter = Submitter(journal=room.journal.orders, settler=room.settler, clock=room.clock)
    return (await submitter.send(intent, room.broker(venue), Decimal("0.1"))).intent


async def settle(room, lost, verdict=BalanceVerdict.UNTOUCHED, unread=None, venue=Venue.KRAKEN):
    async def judge(_may_be, _unread):
        return verdict

    async def note_unread(error, failures):
        if unread is not None:
            unread.append(failures)

    return await room.settler.settle(lost, room.broker(venue), judge, note_unread=note_unread)


async def test_a_lost_order_is_found_by_its_id(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_AFTER)
    lost = await send(room, intent)

    found = await settle(room, lost)

    assert (found.state, found.attempt) == (IntentState.ACCEPTED, 1)
    assert found.venue_order_id == room.world.ledger("kraken").fills[0].order_id


async def test_an_order_that_never_arrived_is_planned_again_after_its_deadline(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_BEFORE)
    lost = await send(room, intent)

    free = await settle(room, lost)

    assert (free.state, free.attempt) == (IntentState.PLANNED, 2)
    assert room.clock.monotonic() >= 6


async def test_questions_nobody_answers_are_asked_again(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_BEFORE)
    lost = await send(room, intent)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders", times=30)

    free = await settle(room, lost)

    assert free.attempt == 2
    assert room.clock.monotonic() >= 30


async def test_an_order_that_no_list_shows_is_not_given_up_at_once_while_its_coins_are_gone(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_AFTER)
    room.world.kraken_account.listing_delay_s = 100
    lost = await send(room, intent)

    found = await settle(room, lost, verdict=BalanceVerdict.TAKEN)

    assert (found.state, found.attempt) == (IntentState.ACCEPTED, 1)
    assert room.clock.monotonic() >= 100


async def test_what_is_never_listed_is_given_up_as_unseen(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_AFTER)
    room.world.kraken_account.listing_delay_s = 86400
    lost = await send(room, intent)

    free = await settle(room, lost, verdict=BalanceVerdict.TAKEN)

    assert (free.state, free.attempt) == (IntentState.PLANNED, 2)
    [*_, last] = await room.steps("intent-1")
    assert last.startswith("listed nowhere although the coins are gone from the balance")


async def test_an_attempt_that_cannot_be_looked_up_hides_no_other_that_sold(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_BEFORE)
    room.fault(FaultKind.DROP_AFTER, spares_checks=True)
    second = await settle(room, await send(room, intent))
    room.world.kraken_account.listing_delay_s = 86400
    third = await settle(room, await send(room, second), verdict=BalanceVerdict.TAKEN)
    room.world.kraken_account.listing_delay_s = 0
    # Of the first attempt alone.
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "OpenOrders")

    found = await room.settler.find_filled(third, room.broker())

    assert found.venue_order_id == room.world.ledger("kraken").fills[0].order_id


async def test_looks_that_fail_are_counted_until_one_is_answered(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_BEFORE)
    lost = await send(room, intent)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "ClosedOrders", times=3)
    failures = []

    await settle(room, lost, unread=failures)

    assert failures == [1, 2, 3]


async def test_a_request_refused_as_a_second_one_is_looked_for_and_not_sent_again(rooms):
    """Its order is there, whatever the balance goes on showing."""
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("BTC", "0.3", venue=Venue.COINBASE)
        room.set_bid("50000", venue=Venue.COINBASE)
        await room.arm("0.1", "6000", venue=Venue.COINBASE)
        trigger = a_trigger(at=room.clock.now())
        live = await room.journal.plan_exit(await room.guard(), trigger, intent_id="intent-1")
        room.settler = Settler(journal=room.journal.orders, clock=room.clock)
        room.world.coinbase.switches.duplicates = Duplicates.ERROR
        for away in ("orders/historical/batch", "orders/historical/fills"):
            room.fault(FaultKind.HTTP_ERROR_BEFORE, away, venue=Venue.COINBASE, times=None)
        room.fault(FaultKind.DROP_AFTER, "orders", venue=Venue.COINBASE)
        again = await settle(room, await send(room, live.intent, Venue.COINBASE), venue=Venue.COINBASE)
        refused = await send(room, again, Venue.COINBASE)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(600):
                await settle(room, refused, venue=Venue.COINBASE)
        room.world.faults(Venue.COINBASE).clear()
        found = await settle(room, refused, venue=Venue.COINBASE)

        [sold] = room.world.ledger(Venue.COINBASE).fills
        assert (again.client_order_id, refused.state) == (refused.client_order_id, IntentState.UNKNOWN)
        assert (found.state, found.venue_order_id) == (IntentState.ACCEPTED, sold.order_id)
