"""A sale that is refused in words on no list of ours: nothing is known of it before the venue's proof says so."""

import json
from decimal import Decimal
from itertools import pairwise

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.exits.failing_texts import why_of

#: By venue: the endpoint of orders, the fault that executes one and refuses it in unknown words, and those words.
ORDERS = {
    Venue.KRAKEN: (
        "AddOrder",
        {"kind": FaultKind.WRONG_BODY, "body": json.dumps({"error": ["EOrder:a\x00b"]})},
        "EOrder:a\N{REPLACEMENT CHARACTER}b",
    ),
    Venue.COINBASE: (
        "orders",
        {
            "kind": FaultKind.WRONG_BODY,
            "body": json.dumps({"success": False, "error_response": {"error": "NOT_ON_SUNDAYS"}}),
        },
        "NOT_ON_SUNDAYS",
    ),
    Venue.ALPACA: (
        "POST /v2/orders",
        {
            "kind": FaultKind.HTTP_ERROR_AFTER,
            "status": 403,
            "body": json.dumps({"code": 40310000, "message": "not on Sundays"}),
        },
        "not on Sundays",
    ),
}

#: How long two refusals take to be proven and a third order to be sent.
PROVEN_WITHIN_S = {Venue.KRAKEN: 12, Venue.COINBASE: 22, Venue.ALPACA: 5}


@pytest.fixture(params=ORDERS, ids=str)
async def guarded(request, rooms):
    venue = request.param
    async with rooms(venues=(venue,)) as room:
        room.venue = venue
        room.deposit("BTC", "0.2", venue=venue)
        room.set_bid("60000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        await room.look()
        room.set_bid("50000", venue=venue)
        yield room


def sold(room):
    return sum(fill.quantity for fill in room.world.ledger(room.venue).fills if fill.side == "sell")


def refused(room, endpoint):
    """The calls that were refused, those that Kraken only checked included."""
    return [call for call in room.world.tape(room.venue).calls(endpoint) if call.outcome != "ok"]


@pytest.mark.fault("V96")
async def test_one_that_was_executed_all_the_same_is_not_sent_again(guarded):
    endpoint, fault, _ = ORDERS[guarded.venue]
    guarded.fault(endpoint=endpoint, venue=guarded.venue, **fault)

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.quantity == sold(guarded)
    assert len(guarded.sent(endpoint, venue=guarded.venue)) == 1


@pytest.mark.parametrize("listing", [FaultKind.HTTP_ERROR_BEFORE, FaultKind.DROP_BEFORE])
async def test_one_that_was_executed_while_no_list_answers_is_not_sent_again(guarded, listing):
    endpoint, fault, _ = ORDERS[guarded.venue]
    guarded.fault(endpoint=endpoint, venue=guarded.venue, **fault)
    for other in ("OpenOrders", "orders/historical/batch", "GET /v2/orders:by_client_order_id"):
        guarded.fault(listing, other, venue=guarded.venue, times=2)

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.quantity == sold(guarded)
    assert len(guarded.sent(endpoint, venue=guarded.venue)) == 1


@pytest.mark.parametrize("listed_after_s", [2, 6])
async def test_one_that_was_executed_and_is_listed_late_is_not_sent_again(guarded, listed_after_s):
    endpoint, fault, _ = ORDERS[guarded.venue]
    guarded.world.kraken_account.listing_delay_s = listed_after_s
    guarded.world.coinbase.switches.listing_delay_s = listed_after_s
    guarded.fault(endpoint=endpoint, venue=guarded.venue, **fault)

    await guarded.sell_off()

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.quantity == sold(guarded) == Decimal("0.1")
    assert len(guarded.sent(endpoint, venue=guarded.venue)) == 1


async def test_one_that_was_executed_is_not_sent_again_after_a_restart_before_it_is_listed(guarded):
    endpoint, fault, words = ORDERS[guarded.venue]
    guarded.world.kraken_account.listing_delay_s = 4
    guarded.world.coinbase.switches.listing_delay_s = 4
    guarded.fault(endpoint=endpoint, venue=guarded.venue, **fault)
    await guarded.look()
    await guarded.world.tape(str(guarded.venue)).wait_for(endpoint)
    await guarded.clock.sleep(1)

    await guarded.restart()
    await guarded.wait_for("exit ")

    assert sold(guarded) == Decimal("0.1")
    assert any(words in why_of(failing) for failing in await guarded.alerts(ExitFailing))


async def test_one_that_was_refused_is_reported_in_the_venues_words_and_sent_again_soon(guarded):
    endpoint, _, words = ORDERS[guarded.venue]
    reported = f"40310000 {words}" if guarded.venue is Venue.ALPACA else words
    guarded.fault(FaultKind.ERROR, endpoint, venue=guarded.venue, message=reported, times=2)
    began_s = guarded.clock.monotonic()

    await guarded.sell_off()

    assert guarded.clock.monotonic() - began_s < PROVEN_WITHIN_S[guarded.venue]
    assert len(refused(guarded, endpoint)) == 2
    assert sold(guarded) == Decimal("0.1")
    assert len(await guarded.alerts(ExitFilled)) == 1
    assert any(words in why_of(failing) for failing in await guarded.alerts(ExitFailing))


async def test_one_that_keeps_being_refused_is_sent_again_in_growing_pauses(guarded):
    endpoint, _, words = ORDERS[guarded.venue]
    reported = f"40310000 {words}" if guarded.venue is Venue.ALPACA else words
    guarded.fault(FaultKind.ERROR, endpoint, venue=guarded.venue, message=reported, times=12)

    await guarded.sell_off()

    calls = refused(guarded, endpoint)
    pauses_s = [later.at - call.at for call, later in pairwise(calls)]
    assert len(calls) == 12
    assert all(pause_s >= 14 for pause_s in pauses_s[-5:])
    assert sold(guarded) == Decimal("0.1")
