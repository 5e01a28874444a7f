"""Exits whose answer is lost: more of the same coin is in the account, and exactly one sale is made."""

import asyncio
import re
from decimal import Decimal
from itertools import pairwise

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled, ExitStoodDown
from engine.guards.guard import GuardState
from engine.model.failing_actions import FailingAction
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.states import IntentState, client_order_id
from sandbox.coinbase.switches import Duplicates
from sandbox.faults import FaultKind

LOST = {
    "dropped before": {"kind": FaultKind.DROP_BEFORE},
    "dropped after": {"kind": FaultKind.DROP_AFTER},
    "truncated": {"kind": FaultKind.TRUNCATE},
    "503 before": {"kind": FaultKind.HTTP_ERROR_BEFORE},
    "502 after": {"kind": FaultKind.HTTP_ERROR_AFTER, "status": 502},
    "a page instead": {"kind": FaultKind.HTML_200},
    "arrives too late": {"kind": FaultKind.DELAY_BEFORE, "delay_s": 12},
    "answered too late": {"kind": FaultKind.DELAY_AFTER, "delay_s": 12},
}
ORDERS = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}


async def a_falling_position(room, venue):
    room.deposit("BTC", "0.3", venue=venue)
    room.set_bid("50000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)


def sold(room, venue):
    return sum(fill.quantity for fill in room.world.ledger(venue).fills if fill.side is Side.SELL)


@pytest.mark.fault("V1", "V2", "V16")
@pytest.mark.parametrize("venue", ORDERS)
@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
async def test_a_lost_answer_never_sells_twice(rooms, venue, lost):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(endpoint=ORDERS[venue], venue=venue, **lost)

        await room.sell_off()
        await room.clock.sleep(60)
        await room.sell_off()

        assert sold(room, venue) == Decimal("0.1")
        assert room.world.ledger(venue).total("BTC") == Decimal("0.2")
        reported = await room.alerts()
        assert [type(alert) for alert in reported] == [ExitFailing, ExitFilled]
        is_found = len(room.sent(ORDERS[venue], venue=venue)) == 1
        assert (reported[1].found_later, reported[1].quantity) == (is_found, Decimal("0.1"))
        assert (await room.guard()).state is GuardState.CLOSED


@pytest.mark.fault("V100")
@pytest.mark.parametrize("venue", ORDERS)
async def test_a_lost_answer_names_its_order_and_counts_from_when_it_left(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(endpoint=ORDERS[venue], venue=venue, kind=FaultKind.DELAY_AFTER, delay_s=12)

        await room.sell_off()

        failing, filled = await room.alerts()
        [intent] = await room.intents()
        assert failing.order_ids == (client_order_id(intent.intent_id, 1),)
        assert failing.since == filled.held_up.since == filled.triggered_at


@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_reminders_of_a_venue_that_answers_every_order_with_an_error_count_the_tries(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, ORDERS[venue], venue=venue, times=None)

        selling = asyncio.create_task(room.sell_off())
        await room.clock.sleep(100)
        selling.cancel()
        await asyncio.gather(selling, return_exceptions=True)

        first, *later = await room.alerts()
        page = "it sent an error page instead of an answer (HTTP 503)"
        assert first.why == f"the answer to the sell order was lost: {page}"
        tries = [int(re.match(r"sent (\d+) times", alert.why)[1]) for alert in later]
        assert tries == sorted(tries)
        assert 1 < tries[-1] <= len(room.sent(ORDERS[venue], venue=venue))
        assert later[-1].why.endswith(f"did not arrive, and the last answer was lost: {page}")


async def test_once_a_lost_request_certainly_did_not_arrive_its_owner_reads_that_nothing_is_sold(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, times=None)
    await room.look()
    await room.clock.sleep(60)

    assert [len(alert.order_ids) for alert in await room.alerts(ExitFailing)] == [1, 0]
    room.world.faults(Venue.KRAKEN).clear()
    await room.wait_for("exit ")


@pytest.mark.parametrize("times", [2, 3])
async def test_answers_lost_again_and_again_still_make_one_sale(room, times):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.DROP_BEFORE, times=times)

    await room.sell_off()

    assert sold(room, Venue.KRAKEN) == Decimal("0.1")
    ids = [call.params["cl_ord_id"] for call in room.sent()]
    # Between the two Kraken only checks an order.
    assert len(set(ids)) == len(ids) == 2


@pytest.mark.fault("V3")
async def test_an_order_is_not_sent_again_before_its_deadline_has_passed(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.DROP_BEFORE)

    await room.sell_off()

    first, second = room.sent()
    assert second.at - first.at >= 6
    [intent] = await room.intents()
    assert (intent.attempt, intent.state) == (2, IntentState.FILLED)


@pytest.mark.fault("V3")
async def test_questions_that_fail_too_are_no_proof_that_nothing_arrived(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.DROP_AFTER)
    room.fault_order_lists(times=20)

    await room.sell_off()

    assert len(room.sent()) == 1
    assert sold(room, Venue.KRAKEN) == Decimal("0.1")


async def test_an_order_coinbase_lists_late_is_found_by_the_second_look(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await a_falling_position(room, Venue.COINBASE)
        room.world.coinbase.switches.listing_delay_s = 6
        room.fault(FaultKind.DROP_AFTER, "orders", venue=Venue.COINBASE)

        await room.sell_off()

        assert len(room.sent("orders", venue=Venue.COINBASE)) == 1
        assert sold(room, Venue.COINBASE) == Decimal("0.1")


async def test_an_order_coinbase_lists_too_late_is_not_sent_again_while_its_coins_are_gone(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await a_falling_position(room, Venue.COINBASE)
        room.world.coinbase.switches.listing_delay_s = 15
        room.fault(FaultKind.DROP_AFTER, "orders", venue=Venue.COINBASE)

        await room.sell_off()

        assert len(room.sent("orders", venue=Venue.COINBASE)) == 1
        assert sold(room, Venue.COINBASE) == Decimal("0.1")


@pytest.mark.fault("V3")
@pytest.mark.parametrize("duplicates", Duplicates)
async def test_an_order_coinbase_lists_too_late_is_sent_again_under_the_same_id(rooms, duplicates):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await a_falling_position(room, Venue.COINBASE)
        room.world.coinbase.switches.listing_delay_s = 15
        room.world.coinbase.switches.duplicates = duplicates
        room.fault(FaultKind.DROP_AFTER, "orders", venue=Venue.COINBASE)
        await room.look()
        await room.world.tape("coinbase").wait_for("orders")
        # As many coins come in as were sold, so that the balance shows nothing.
        room.deposit("BTC", "0.1", venue=Venue.COINBASE)

        await room.wait_for("exit ")

        ids = [call.params["client_order_id"] for call in room.sent("orders", venue=Venue.COINBASE)]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        assert sold(room, Venue.COINBASE) == Decimal("0.1")


@pytest.mark.fault("V11")
async def test_alpaca_refuses_a_second_use_of_an_id_and_has_the_first_order(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await a_falling_position(room, Venue.ALPACA)
        room.fault(FaultKind.DROP_AFTER, "POST /v2/orders", venue=Venue.ALPACA)
        # Looked up, the order seems unknown until its id is sent again.
        missing = {"message": "40410000 order not found for client order id", "times": 3}
        room.fault(FaultKind.ERROR, "GET /v2/orders:by_client_order_id", venue=Venue.ALPACA, **missing)

        await room.look()
        await room.world.tape("alpaca").wait_for("POST /v2/orders")
        # As many coins come in as were sold, so that the balance shows nothing.
        room.deposit("BTC", "0.1", venue=Venue.ALPACA)

        await room.wait_for("exit ")

        assert len(room.sent("POST /v2/orders", venue=Venue.ALPACA)) == 2
        assert sold(room, Venue.ALPACA) == Decimal("0.1")
        [intent] = await room.intents()
        assert "id already used: unknown" in await room.steps(intent.intent_id)


RESENT = {
    Venue.KRAKEN: FailingAction.FIND_OUT_ABSENT,
    Venue.COINBASE: FailingAction.FIND_OUT_SAME_ID,
    Venue.ALPACA: FailingAction.FIND_OUT_SAME_ID,
}


@pytest.mark.parametrize("venue", ORDERS)
async def test_a_venue_that_loses_every_request_is_not_stormed(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, ORDERS[venue], venue=venue, times=None)

        await room.look()
        await room.clock.sleep(120)

        calls = room.world.tape(venue.value).calls(ORDERS[venue])
        pauses = [later.at - call.at for call, later in pairwise(calls)]
        assert 5 < len(calls) < 30
        assert pauses[-1] >= 4.9
        [failing, *_] = await room.alerts()
        assert failing.doing == RESENT[venue]
        room.world.faults(venue).clear()
        await room.wait_for("exit ")


@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_an_order_that_arrives_after_its_attempt_was_given_up_is_followed_from_where_it_was_found(
    rooms, venue
):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[venue], venue=venue, delay_s=25)
        await room.look()
        await room.clock.sleep(8)
        room.set_bid("70000", venue=venue)
        await room.look()

        await room.wait_for("exit ")

        [intent] = await room.intents()
        assert (await room.steps(intent.intent_id))[-4:] == [
            "proven absent: planned",
            "found late: sent",
            "found: accepted",
            "filled: filled",
        ]


@pytest.mark.parametrize("delay_s", [25, 29])
async def test_an_order_that_arrives_late_and_is_listed_late_is_found(rooms, delay_s):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await a_falling_position(room, Venue.COINBASE)
        room.world.coinbase.switches.listing_delay_s = 8
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[Venue.COINBASE], venue=Venue.COINBASE, delay_s=delay_s)
        await room.look()
        await room.clock.sleep(8)
        room.set_bid("70000", venue=Venue.COINBASE)
        await room.look()

        await room.wait_for("exit ")

        assert [type(alert) for alert in await room.alerts()][-1] is ExitFilled
        assert sold(room, Venue.COINBASE) == Decimal("0.1")


@pytest.mark.parametrize("look_s", [5, 6])
async def test_a_look_that_began_too_early_proves_no_absence_however_late_it_ends(rooms, look_s):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await a_falling_position(room, Venue.ALPACA)
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[Venue.ALPACA], venue=Venue.ALPACA, delay_s=29)
        look_up = "GET /v2/orders:by_client_order_id"
        room.fault(FaultKind.DELAY_AFTER, look_up, venue=Venue.ALPACA, delay_s=look_s, times=None)
        await room.look()
        await room.clock.sleep(8)
        room.set_bid("70000", venue=Venue.ALPACA)
        await room.look()

        await room.wait_for("exit ")

        assert [type(alert) for alert in await room.alerts()][-1] is ExitFilled


@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_a_price_that_comes_back_does_not_hide_an_order_that_is_still_on_its_way(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[venue], venue=venue, delay_s=25)
        await room.look()
        await room.clock.sleep(8)
        room.set_bid("70000", venue=venue)
        await room.look()

        await room.wait_for("exit ")

        reported = await room.alerts()
        assert [type(alert) for alert in reported] == [ExitFailing, ExitFilled]
        assert (reported[1].found_later, reported[1].quantity) == (True, Decimal("0.1"))
        assert (await room.guard()).state is GuardState.CLOSED


async def test_an_exit_stands_down_once_nothing_of_it_can_arrive_any_more(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await a_falling_position(room, Venue.ALPACA)
        room.fault(FaultKind.DROP_BEFORE, ORDERS[Venue.ALPACA], venue=Venue.ALPACA)
        # The look-ups that follow are slow enough for the price to come back meanwhile.
        room.fault(
            FaultKind.HTTP_ERROR_BEFORE, "GET /v2/orders:by_client_order_id", venue=Venue.ALPACA, times=3
        )
        await room.look()
        await room.clock.sleep(1)
        room.set_bid("70000", venue=Venue.ALPACA)
        await room.look()
        await room.clock.sleep(5)
        # Meanwhile nobody knows the price any more.
        room.set_bid("0", venue=Venue.ALPACA)
        await room.look()

        await room.wait_for("exit ")

        reported = await room.alerts()
        assert [type(alert) for alert in reported] == [ExitFailing, ExitFailing, ExitStoodDown]
        assert 30 <= room.clock.monotonic() < 40
        assert (await room.guard()).state is GuardState.ARMED


async def test_a_lost_order_is_followed_over_a_restart_though_its_price_came_back(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await a_falling_position(room, Venue.ALPACA)
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[Venue.ALPACA], venue=Venue.ALPACA, delay_s=25)
        await room.look()
        await room.clock.sleep(8)
        room.set_bid("70000", venue=Venue.ALPACA)
        await room.look()
        await room.clock.sleep(5)

        await room.restart()
        await room.sell_off()

        assert [type(alert) for alert in await room.alerts()] == [ExitFailing, ExitFilled]
        assert (await room.guard()).state is GuardState.CLOSED


#: Coinbase takes no token from a clock that is ahead of its own.
JUMPS = [(Venue.KRAKEN, -3600), (Venue.KRAKEN, 3600), (Venue.COINBASE, -60), (Venue.ALPACA, -3600)]


@pytest.mark.fault("V15")
@pytest.mark.parametrize(("venue", "jump_s"), JUMPS)
@pytest.mark.parametrize("lost", ["dropped before", "dropped after"])
async def test_a_clock_that_jumps_while_an_answer_is_sought_neither_stalls_nor_doubles_the_sale(
    rooms, venue, jump_s, lost
):
    async with rooms(venues=(venue,)) as room:
        await a_falling_position(room, venue)
        room.fault(endpoint=ORDERS[venue], venue=venue, **LOST[lost])
        await room.look()
        await room.world.tape(venue.value).wait_for(ORDERS[venue])
        began = room.clock.monotonic()

        room.clock.set_by(jump_s)
        await room.wait_for("exit ")

        assert sold(room, venue) == Decimal("0.1")
        assert room.clock.monotonic() - began < 20


@pytest.mark.fault("V15")
async def test_a_clock_that_jumps_forward_is_no_proof_that_a_request_will_not_arrive(room):
    await a_falling_position(room, Venue.KRAKEN)
    room.fault(FaultKind.DELAY_BEFORE, delay_s=4)
    room.fault(FaultKind.DROP_AFTER)
    await room.look()
    await room.world.tape("kraken").wait_for("AddOrder")
    room.clock.set_by(60)

    await room.wait_for("exit ")

    assert sold(room, Venue.KRAKEN) == Decimal("0.1")


@pytest.mark.fault("P50")
@pytest.mark.parametrize("lost", ["dropped before", "dropped after"])
async def test_a_reminder_that_cannot_be_written_stops_no_exit(rooms, lost):
    async with rooms() as room:
        await a_falling_position(room, Venue.KRAKEN)
        room.fault(endpoint="AddOrder", **LOST[lost])

        async with room.refused_changes("NEW.kind = 'exit_failing'", table="alerts"):
            await room.look()
            await room.wait_for("exit ")

        [intent] = await room.intents()
        assert intent.state is IntentState.FILLED
        assert sold(room, Venue.KRAKEN) == Decimal("0.1")
        assert room.failures == []
