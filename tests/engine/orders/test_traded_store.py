"""Which intents may have traded since a moment."""

from datetime import timedelta

import pytest

from engine.orders.intents import IntentKind, StepNote
from engine.orders.states import IntentState
from engine.orders.step_log import note_of
from engine.orders.steps_store import insert_step
from engine.orders.traded_store import read_traded
from tests.engine.orders.test_ended_exits_store import add
from tests.engine.storage.stored import NOW, OWNER

BEFORE = NOW - timedelta(days=2)
SINCE = NOW - timedelta(days=1)


async def traded(database, kind=IntentKind.EXIT, user_id=OWNER):
    async with database.read() as session:
        return [one.intent_id for one in (await read_traded(session, user_id, kind, since=SINCE)).readable]


@pytest.mark.parametrize("state", [IntentState.FILLED, IntentState.ABANDONED, IntentState.SUPERSEDED])
async def test_what_ended_since_may_have_traded_and_what_ended_before_has_not(database, state):
    await add(database, "since", state)
    await add(database, "before", state, at=BEFORE)

    assert await traded(database) == ["since"]


async def test_what_goes_on_may_have_traded_however_old_it_is(database):
    await add(database, "under-way", IntentState.PARTLY_FILLED, at=BEFORE)

    assert await traded(database) == ["under-way"]


async def test_what_was_found_filled_since_counts_however_long_ago_it_ended(database):
    ended = await add(database, "ended", IntentState.ABANDONED, at=BEFORE)
    async with database.write() as session:
        await insert_step(session, note_of(ended, StepNote.FILLED_LATE, detail="", attempt=1, at=NOW))

    assert await traded(database) == ["ended"]


async def test_exits_and_buys_and_those_of_others_are_kept_apart(database):
    await add(database, "exit", IntentState.FILLED)
    await add(database, "buy", IntentState.FILLED, kind=IntentKind.ENTRY)

    assert (await traded(database), await traded(database, IntentKind.ENTRY)) == (["exit"], ["buy"])
    assert await traded(database, user_id=OWNER + 1) == []
