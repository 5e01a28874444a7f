"""The steps of an exit that fails for days are read once each."""

import pytest
from sqlalchemy import text

from engine.orders import step_log
from engine.orders.states import IntentEvent
from tests.engine_room import a_trigger


async def an_exit(room):
    await room.arm("0.1", "6000")
    trigger = a_trigger(at=room.clock.now())
    live = await room.journal.plan_exit(await room.guard(), trigger, intent_id="intent-1")
    return room.journal.orders, live.intent


@pytest.mark.fault("V44")
async def test_steps_that_were_read_are_kept_and_new_ones_follow_them(room):
    journal, intent = await an_exit(room)
    first = await journal.load_steps(intent.intent_id)
    async with room.database.write() as session:
        await session.exec(text("UPDATE intent_events SET cause = 'read again'"))

    await journal.record(intent, IntentEvent.SEND, cause="send", sent_at=room.clock.now())
    steps = await journal.load_steps(intent.intent_id)

    assert [step.cause for step in steps] == ["triggered", "send"]
    assert steps[:1] == first


async def test_the_journal_of_the_next_process_reads_them_all(room):
    journal, intent = await an_exit(room)
    await journal.record(intent, IntentEvent.SEND, cause="send", sent_at=room.clock.now())

    assert await room.journal.orders.load_steps(intent.intent_id) == await journal.load_steps(
        intent.intent_id
    )
    assert len(await journal.load_steps(intent.intent_id)) == 2


@pytest.mark.parametrize("most", [0, 1])
async def test_an_intent_that_is_not_remembered_is_read_again(room, monkeypatch, most):
    monkeypatch.setattr(step_log, "MOST_INTENTS", most)
    journal, intent = await an_exit(room)

    for _ in range(2):
        assert [step.cause for step in await journal.load_steps(intent.intent_id)] == ["triggered"]
        assert await journal.load_steps("another") == ()


@pytest.mark.fault("P22")
async def test_a_step_behind_a_gap_in_the_numbers_is_read_once(room):
    journal, intent = await an_exit(room)
    sent = await journal.record(intent, IntentEvent.SEND, cause="send", sent_at=room.clock.now())
    async with room.database.write() as session:
        await session.exec(text("UPDATE intent_events SET seq = 3 WHERE cause = 'send'"))
    await journal.load_steps(intent.intent_id)

    again = await journal.load_steps(intent.intent_id)
    await journal.retry(sent, cause="refused")

    assert [step.seq for step in again] == [0, 3]
    assert [step.seq for step in await journal.load_steps(intent.intent_id)] == [0, 3, 4]
