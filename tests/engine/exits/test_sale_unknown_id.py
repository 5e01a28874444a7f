"""Exits whose order is accepted under an id that its venue does not know afterwards."""

import json
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.model.venues import Venue
from engine.orders.states import IntentState
from engine.orders.step_cause import StepCause
from sandbox.faults import FaultKind

D = Decimal
PLACING = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
ID = "11111111-1111-1111-1111-111111111111"
ANSWERS = {
    Venue.KRAKEN: {"error": [], "result": {"txid": ["OABCDE-AAAAA-AAAAAA"]}},
    Venue.COINBASE: {"success": True, "success_response": {"order_id": ID}},
    Venue.ALPACA: {"id": ID, "status": "accepted"},
}


async def a_breached_guard(room, venue, *, is_placed):
    room.deposit("BTC", "0.3", venue=venue)
    room.set_bid("50000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)
    body = json.dumps(ANSWERS[venue])
    if is_placed:
        room.fault(FaultKind.WRONG_BODY, PLACING[venue], venue=venue, body=body)
    else:
        room.fault(FaultKind.HTTP_ERROR_BEFORE, PLACING[venue], venue=venue, status=200, body=body)


def left(room, venue):
    return room.world.ledger(venue).total("BTC")


@pytest.mark.fault("V123")
@pytest.mark.parametrize("venue", PLACING)
@pytest.mark.parametrize("is_placed", [True, False])
async def test_an_order_that_nobody_knows_by_its_id_is_found_by_ours_or_sent_again(rooms, venue, is_placed):
    async with rooms(venues=(venue,)) as room:
        await a_breached_guard(room, venue, is_placed=is_placed)
        began_s = room.clock.monotonic()

        await room.sell_off()

        assert [filled.quantity for filled in await room.alerts(ExitFilled)] == [D("0.1")]
        assert left(room, venue) == D("0.2")
        assert len(room.sent(PLACING[venue], venue=venue)) == (1 if is_placed else 2)
        assert room.clock.monotonic() - began_s < 60
        assert "the order may be filled, but" in (await room.alerts(ExitFailing))[0].why


@pytest.mark.fault("V123")
@pytest.mark.parametrize("venue", PLACING)
@pytest.mark.parametrize("is_placed", [True, False])
async def test_the_next_life_of_the_process_goes_on_looking_for_it(rooms, venue, is_placed):
    async with rooms(venues=(venue,)) as room:
        await a_breached_guard(room, venue, is_placed=is_placed)
        await room.look()
        await room.clock.sleep(5)

        await room.restart()
        await room.wait_for("exit ")

        assert left(room, venue) == D("0.2")
        assert [filled.quantity for filled in await room.alerts(ExitFilled)] == [D("0.1")]


@pytest.mark.fault("V123")
async def test_an_order_that_kraken_does_not_know_for_a_minute_is_sold_once(room):
    room.deposit("BTC", "0.3")
    room.set_bid("50000")
    await room.arm("0.1", "6000")
    room.world.kraken_account.listing_delay_s = 60
    nothing = json.dumps({"error": [], "result": {}})
    room.fault(FaultKind.WRONG_BODY, "QueryOrders", body=nothing, times=25)

    await room.sell_off()

    assert (left(room, Venue.KRAKEN), len(room.sent())) == (D("0.2"), 1)
    [filled] = await room.alerts(ExitFilled)
    assert (filled.quantity, filled.found_later) == (D("0.1"), True)
    [intent] = await room.intents()
    steps = await room.journal.orders.load_steps(intent.intent_id)
    assert intent.state is IntentState.FILLED
    assert StepCause.ID_NOT_KNOWN in {step.cause for step in steps}


@pytest.mark.fault("V123")
async def test_the_questions_for_it_leave_kraken_points_for_the_balance(room):
    await a_breached_guard(room, Venue.KRAKEN, is_placed=False)
    room.spend_points(10)

    await room.look()
    await room.clock.sleep(90)

    assert left(room, Venue.KRAKEN) == D("0.2")
