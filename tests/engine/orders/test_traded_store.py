"""Which intents traded since a moment."""

from datetime import timedelta
from decimal import Decimal

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


async def filled(database, intent_id, state, **changes):
    return await add(database, intent_id, state, **{"filled_quantity": Decimal("0.1"), **changes})


async def traded(database, kind=IntentKind.EXIT, user_id=OWNER):
    async with database.read() as session:
        return [one.intent_id for one in (await read_traded(session, user_id, kind, since=SINCE)).readable]


@pytest.mark.parametrize("state", [IntentState.FILLED, IntentState.ABANDONED, IntentState.SUPERSEDED])
async def test_what_ended_since_traded_and_what_ended_before_did_not(database, state):
    await filled(database, "since", state)
    await filled(database, "before", state, at=BEFORE)

    assert await traded(database) == ["since"]


async def test_what_goes_on_traded_however_old_it_is(database):
    await filled(database, "under-way", IntentState.PARTLY_FILLED, at=BEFORE)

    assert await traded(database) == ["under-way"]


async def test_what_was_found_filled_since_counts_however_long_ago_it_ended(database):
    ended = await add(database, "ended", IntentState.ABANDONED, at=BEFORE, filled_quantity=Decimal(0))
    async with database.write() as session:
        await insert_step(session, note_of(ended, StepNote.FILLED_LATE, detail="", attempt=1, at=NOW))

    assert await traded(database) == ["ended"]


async def test_exits_and_buys_and_those_of_others_are_kept_apart(database):
    await filled(database, "exit", IntentState.FILLED)
    await filled(database, "buy", IntentState.FILLED, kind=IntentKind.ENTRY)

    assert (await traded(database), await traded(database, IntentKind.ENTRY)) == (["exit"], ["buy"])
    assert await traded(database, user_id=OWNER + 1) == []


async def test_what_filled_nothing_did_not_trade(database):
    for number, state in enumerate((IntentState.SUPERSEDED, IntentState.PLANNED)):
        await add(database, f"unfilled-{number}", state, filled_quantity=Decimal(0))

    assert await traded(database) == []
