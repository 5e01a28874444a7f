"""Orders sent to a Kraken over sockets, each step on disk first."""

from decimal import Decimal

import pytest

from engine.model.errors import RefusedError, UnknownOutcomeError
from engine.orders.settling import Settler
from engine.orders.states import IntentState
from engine.orders.submit import Submitter
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
    return room, live.intent


def submitter(room):
    settler = Settler(journal=room.journal.orders, clock=room.clock)
    return Submitter(journal=room.journal.orders, settler=settler, clock=room.clock)


async def send(room, intent, quantity="0.1"):
    return await submitter(room).send(intent, room.broker(), Decimal(quantity))


async def test_an_accepted_order_carries_the_venues_id_and_a_deadline(planned):
    room, intent = planned

    attempt = await send(room, intent)

    [call] = room.sent()
    assert (attempt.error, attempt.intent.state) == (None, IntentState.ACCEPTED)
    assert attempt.intent.venue_order_id == room.world.ledger("kraken").fills[0].order_id
    assert call.params["deadline"] == "2026-03-04T12:00:05.000Z"
    assert await room.steps("intent-1") == ["triggered: planned", "send: sent", "accepted: accepted"]


async def test_a_refused_order_is_planned_again_under_a_new_id(planned):
    room, intent = planned
    room.fault(FaultKind.CANCEL_ONLY)

    attempt = await send(room, intent)

    assert isinstance(attempt.error, RefusedError)
    assert (attempt.intent.state, attempt.intent.attempt) == (IntentState.PLANNED, 2)
    assert attempt.intent.client_order_id != intent.client_order_id


async def test_a_lost_answer_stays_open_under_the_same_id(planned):
    room, intent = planned
    room.fault(FaultKind.DROP_AFTER)

    attempt = await send(room, intent)

    assert isinstance(attempt.error, UnknownOutcomeError)
    assert (attempt.intent.state, attempt.intent.attempt) == (IntentState.UNKNOWN, 1)
    assert attempt.intent.client_order_id == intent.client_order_id


@pytest.mark.parametrize(
    ("fault", "became"),
    [
        ({"kind": FaultKind.CANCEL_ONLY}, "refused: planned"),
        ({"kind": FaultKind.DROP_AFTER}, "answer lost: unknown"),
        ({"kind": FaultKind.RATE_LIMIT}, "not taken now: planned"),
        ({"kind": FaultKind.ERROR, "message": "EAPI:Invalid key"}, "key rejected: planned"),
        ({"kind": FaultKind.ERROR, "message": "EGeneral:Temporary lockout"}, "key locked: planned"),
        ({"kind": FaultKind.ERROR, "message": "EOrder:New words"}, "refused_unlisted: unknown"),
    ],
)
async def test_what_became_of_a_request_is_written_down(planned, fault, became):
    room, intent = planned
    room.fault(**fault)

    await send(room, intent)

    assert await room.steps("intent-1") == ["triggered: planned", "send: sent", became]
