"""Which sales of an asset ended, whatever the clock said then and however many others there are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.orders.ended_exits_store import LastExit, load_filled_exits, load_last_exit
from engine.orders.intents import IntentKind, StepNote
from engine.orders.states import IntentState, client_order_id
from engine.orders.step_log import note_of, step_of
from engine.orders.steps_store import insert_step
from engine.orders.store import insert_intent
from tests.engine.orders.test_orders_store import INTENT
from tests.engine.storage.stored import NOW, OWNER


async def add(database, intent_id, state, *, at=NOW, was=IntentState.ACCEPTED, **changes):
    """Write an exit down with the step that brought it to its state."""
    values = {"guard_id": None, "state": state, "updated_at": at, **changes}
    intent = replace(INTENT, intent_id=intent_id, client_order_id=client_order_id(intent_id, 1), **values)
    async with database.write() as session:
        await insert_intent(session, intent)
        before = replace(intent, state=was)
        await insert_step(session, step_of(before, intent, cause="test", detail="", at=at))
    return intent


async def last_exit(database, asset="btc"):
    async with database.read() as session:
        return await load_last_exit(session, OWNER, asset)


async def test_what_was_never_sold_has_no_last_exit(database):
    await add(database, "i1", IntentState.FILLED, asset="ETH", symbol="ETH/BTC")
    await add(database, "i2", IntentState.FILLED, kind=IntentKind.ENTRY)
    await add(database, "i3", IntentState.SUPERSEDED)

    assert await last_exit(database) is None


async def test_the_sale_that_ended_last_counts_however_many_were_begun_after_it(database):
    sold = await add(database, "i1", IntentState.FILLED, created_at=NOW - timedelta(days=1))
    for number in range(30):
        await add(database, f"later-{number}", IntentState.SUPERSEDED, created_at=NOW)

    assert await last_exit(database) == LastExit(ended_at=sold.updated_at)


async def test_the_last_step_counts_where_the_clock_was_set_back(database):
    await add(database, "i1", IntentState.FILLED, at=NOW)
    await add(database, "i2", IntentState.FILLED, at=NOW - timedelta(hours=1))

    assert await last_exit(database) == LastExit(ended_at=NOW - timedelta(hours=1))


async def test_an_exit_that_ended_after_it_sold_a_part_counts_as_a_sale(database):
    await add(database, "i1", IntentState.FILLED, at=NOW - timedelta(hours=1))
    await add(database, "i2", IntentState.ABANDONED, was=IntentState.PLANNED)
    only_full = await last_exit(database)
    await add(database, "i3", IntentState.SUPERSEDED, was=IntentState.PARTLY_FILLED)

    assert only_full == LastExit(ended_at=NOW - timedelta(hours=1))
    assert await last_exit(database) == LastExit(ended_at=NOW)


async def test_an_abandoned_exit_whose_order_is_found_filled_afterwards_counts_from_then_on(database):
    abandoned = await add(database, "i1", IntentState.ABANDONED, was=IntentState.PLANNED)
    found_at = NOW + timedelta(minutes=3)
    before = await last_exit(database)
    async with database.write() as session:
        late = note_of(abandoned, StepNote.FILLED_LATE, detail="O-1", at=found_at, order_id="O-1", attempt=1)
        await insert_step(session, late)

    assert before is None
    assert await last_exit(database) == LastExit(ended_at=found_at)


async def test_a_sale_under_way_comes_before_every_one_that_ended(database):
    await add(database, "i1", IntentState.SUSPENDED)
    await add(database, "i2", IntentState.FILLED)

    assert await last_exit(database) == LastExit(is_under_way=True)


async def test_a_last_sale_that_cannot_be_read_ended_nobody_knows_when(database):
    await add(database, "i1", IntentState.FILLED)
    async with database.write() as session:
        await session.exec(text("UPDATE intents SET updated_at = 'then'"))

    assert await last_exit(database) == LastExit()


@pytest.mark.parametrize("column", ["quantity", "filled_quantity"])
async def test_of_the_sales_since_a_moment_those_that_cannot_be_read_are_named_too(database, column):
    await add(database, "i1", IntentState.FILLED, at=NOW - timedelta(seconds=1))
    sold = await add(database, "i2", IntentState.FILLED)
    await add(database, "i3", IntentState.FILLED)
    async with database.write() as session:
        await session.exec(text(f"UPDATE intents SET {column} = '?' WHERE intent_id = 'i3'"))  # noqa: S608

    async with database.read() as session:
        found = await load_filled_exits(session, OWNER, since=NOW)

    assert found.readable == (sold,)
    assert [row.key for row in found.unreadable] == [("i3",)]
