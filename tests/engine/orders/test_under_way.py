"""Which orders of an exit may stand or have filled: whoever sells at the venue looks for these first."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from engine.model.venues import Venue
from engine.orders.intents import IntentStep
from engine.orders.states import IntentState, client_order_id
from engine.orders.step_cause import StepCause
from engine.orders.under_way import load_orders_under_way, orders_under_way
from tests.engine_room import a_trigger

P, S, U, A, PART = (
    IntentState.PLANNED,
    IntentState.SENT,
    IntentState.UNKNOWN,
    IntentState.ACCEPTED,
    IntentState.PARTLY_FILLED,
)
SUSPENDED = IntentState.SUSPENDED

STEP = IntentStep(
    intent_id="i1",
    user_id=1,
    account_id="env-kraken",
    seq=1,
    at=datetime(2026, 1, 1, tzinfo=UTC),
    from_state=None,
    to_state=P,
    cause="",
    detail="",
)


@pytest.fixture
async def planned(room):
    guard = await room.arm("0.1", "6000")
    live = await room.journal.plan_exit(guard, a_trigger(at=room.clock.now()), intent_id="i1")
    return live.intent


def lived(intent, *states, attempt=1, order_id=None):
    """Return the intent and its steps after a life of these states."""
    steps = [
        replace(STEP, from_state=before, to_state=after, order_id="O1" if after is A else None)
        for before, after in zip((None, *states), states, strict=False)
    ]
    after = replace(
        intent,
        venue=Venue.KRAKEN,
        state=states[-1],
        attempt=attempt,
        client_order_id=client_order_id("i1", attempt),
        venue_order_id=order_id,
    )
    return after, steps


@pytest.mark.parametrize(
    ("states", "attempt", "order_id", "found"),
    [
        pytest.param((P,), 1, None, (), id="nothing left"),
        pytest.param((P, S, P), 2, None, (), id="refused"),
        pytest.param((P, S, P, SUSPENDED), 2, None, (), id="waits for its market"),
        pytest.param((P, S), 1, None, (1,), id="not answered"),
        pytest.param((P, S, U), 1, None, (1,), id="answer lost"),
        pytest.param((P, S, A), 1, "O1", ("O1",), id="stands"),
        pytest.param((P, S, A, PART), 1, "O1", ("O1",), id="filled in part"),
        pytest.param((P, S, U, P), 2, None, (1,), id="given up"),
        pytest.param((P, S, U, P, SUSPENDED), 2, None, (1,), id="given up, waits for its market"),
        pytest.param((P, S, U, P, S, P), 3, None, (1,), id="given up, the next refused"),
        pytest.param((P, S, U, P, S, U), 2, None, (2, 1), id="given up, the next lost too"),
        pytest.param((P, S, A, P), 2, None, ("O1",), id="reported as over without a fill"),
    ],
)
async def test_only_an_exit_without_an_order_under_way_is_certainly_unsold(
    planned, states, attempt, order_id, found
):
    intent, steps = lived(planned, *states, attempt=attempt, order_id=order_id)

    expected = tuple(client_order_id("i1", one) if isinstance(one, int) else one for one in found)
    assert orders_under_way(intent, steps) == expected


@pytest.mark.parametrize(
    ("venue", "found"),
    [
        pytest.param(Venue.KRAKEN, (2,), id="Kraken drops what is late"),
        pytest.param(Venue.COINBASE, (2, 1), id="at Coinbase it may still arrive"),
        pytest.param(Venue.ALPACA, (2, 1), id="at Alpaca it may still arrive"),
    ],
)
async def test_an_attempt_that_certainly_did_not_arrive_is_none_of_them(planned, venue, found):
    intent, steps = lived(planned, P, S, U, P, S, U, attempt=2)
    ended = replace(steps[3], cause=StepCause.PROVEN_ABSENT)

    ids = orders_under_way(replace(intent, venue=venue), [*steps[:3], ended, *steps[4:]])

    assert ids == tuple(client_order_id("i1", one) for one in found)


async def test_of_steps_that_cannot_be_read_nobody_knows_what_was_sent(room, planned):
    async with room.database.write() as session:
        assert await load_orders_under_way(session, planned) == ()
        await session.send(text("UPDATE intent_events SET to_state = 'gone'"))

        assert await load_orders_under_way(session, planned) == (planned.client_order_id,)


async def test_an_exit_that_is_not_written_down_has_sent_nothing(room, planned):
    draft = replace(planned, intent_id="draft")

    async with room.database.read() as session:
        assert await load_orders_under_way(session, draft) == ()
