"""The journal shows what the last attempt of an intent was based on, and ends what is not to be followed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.orders import store
from engine.orders.balance_verdict import SendBasis
from engine.orders.states import IntentEvent, IntentState
from engine.orders.step_cause import StepCause
from tests.engine_room import a_trigger


@pytest.fixture
async def planned(room):
    await room.arm("0.1", "6000")
    trigger = a_trigger(at=room.clock.now())
    return (await room.journal.plan_exit(await room.guard(), trigger, intent_id="intent-1")).intent


def a_basis(room, owned="0.3"):
    return SendBasis(
        owned=Decimal(owned), held=Decimal(0), currency="USD", cash=Decimal(100), at=room.clock.now()
    )


async def test_an_attempt_that_is_followed_after_it_was_found_late_keeps_its_reading(room, planned):
    basis = a_basis(room)
    sent = await room.journal.orders.record(planned, IntentEvent.SEND, cause=StepCause.SEND, basis=basis)
    again = await room.journal.orders.retry(sent, cause="proven absent")
    found = await room.journal.orders.record(again, IntentEvent.SEND, cause="found late")

    assert await room.journal.orders.load_basis(found) == basis


async def test_an_attempt_without_a_reading_is_not_judged_by_that_of_an_earlier_one(room, planned):
    sent = await room.journal.orders.record(
        planned, IntentEvent.SEND, cause=StepCause.SEND, basis=a_basis(room)
    )
    again = await room.journal.orders.retry(sent, cause="proven absent")
    sent = await room.journal.orders.record(again, IntentEvent.SEND, cause=StepCause.SEND)

    assert await room.journal.orders.load_basis(sent) is None


@pytest.mark.parametrize("state", IntentState)
async def test_an_intent_that_is_set_aside_is_over_whatever_its_state(room, planned, state):
    stands = replace(planned, state=state)
    async with room.database.write() as session:
        await store.update_intent(session, stands, expected=planned.state)
        # Of a damaged row the end may be missing and not the state.
        await session.exec(text("UPDATE intents SET finished_at = NULL"))
        await room.journal.orders.set_aside(session, stands, cause="another account")

    async with room.database.read() as session:
        assert await store.load_live_intents(session) == ()
    last = (await room.journal.orders.load_steps(planned.intent_id))[-1]
    ended = (IntentState.SUPERSEDED, "another account")
    assert ((last.to_state, last.cause) == ended) is (not state.is_final)


async def test_an_order_written_down_as_it_leaves_has_the_rows_of_one_that_was_planned_before(room, planned):
    basis = a_basis(room)
    first, second = (
        replace(planned.as_attempt(1), intent_id=name, guard_id=None, client_order_id=name)
        for name in ("intent-2", "intent-3")
    )
    async with room.database.write() as session:
        await room.journal.orders.begin(session, first, cause="triggered")
        await room.journal.orders.move(
            session,
            first,
            IntentEvent.SEND,
            cause=StepCause.SEND,
            quantity=Decimal("0.09"),
            sent_at=room.clock.now(),
            basis=basis,
        )
        await room.journal.orders.begin_sent(
            session, second, cause="triggered", quantity=Decimal("0.09"), basis=basis
        )

    async with room.database.read() as session:
        stored = {one.intent_id: one for one in await store.load_live_intents(session)}
    steps = [await room.journal.orders.load_steps(one.intent_id) for one in (first, second)]
    as_first = {"intent_id": "intent-2", "client_order_id": "intent-2"}
    assert replace(stored["intent-3"], **as_first) == stored["intent-2"]
    assert [replace(step, intent_id="intent-2") for step in steps[1]] == list(steps[0])
    assert [step.to_state for step in steps[1]] == [IntentState.PLANNED, IntentState.SENT]
