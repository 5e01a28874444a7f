"""Refusals that mean something else than they seem to: no guard ends by them, and every sale is reported as ours."""

import json
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.model.venues import Venue
from sandbox.faults import FaultKind

PLACING = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}


async def guard_bitcoin(room, venue, deposit="0.1"):
    room.deposit("BTC", deposit, venue=venue)
    room.set_bid("50000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)


async def look_for_minutes(room, count=10):
    for _ in range(count * 2):
        await room.look()
        await room.clock.sleep(30)


@pytest.mark.fault("V125")
@pytest.mark.parametrize(
    ("code", "message"),
    [
        (40310100, "day trade denied: account equity is below the minimum of 25000 USD"),
        (40310000, "account does not meet the minimum equity requirement of $2000"),
        (42210000, "the order does not fulfill the minimum trade increment of 0.0001"),
    ],
)
async def test_a_minimum_of_something_else_than_the_order_ends_no_guard(rooms, code, message):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await guard_bitcoin(room, Venue.ALPACA)
        body = json.dumps({"code": code, "message": message})
        fault = {"status": 403, "times": 8, "body": body, "venue": Venue.ALPACA}
        room.fault(FaultKind.HTTP_ERROR_BEFORE, PLACING[Venue.ALPACA], **fault)

        await look_for_minutes(room)

        assert room.world.ledger(Venue.ALPACA).total("BTC") == 0


@pytest.mark.fault("V29")
@pytest.mark.parametrize(
    "body",
    [
        {
            "success": False,
            "success_response": {"order_id": "a-1"},
            "error_response": {"error": "INSUFFICIENT_FUND"},
        },
        {"success": False, "order_id": "a-1", "failure_reason": "INSUFFICIENT_FUND"},
    ],
    ids=["id of a success", "id at the top"],
)
async def test_a_sale_that_is_acknowledged_beside_an_error_at_coinbase_is_found_and_reported(rooms, body):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        await guard_bitcoin(room, Venue.COINBASE, deposit="0.3")
        fault = {"body": json.dumps(body), "venue": Venue.COINBASE}
        room.fault(FaultKind.WRONG_BODY, PLACING[Venue.COINBASE], **fault)

        await look_for_minutes(room)

        assert [filled.quantity for filled in await room.alerts(ExitFilled)] == [Decimal("0.1")]
