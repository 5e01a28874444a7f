"""What a compiled statement writes and reads is what SQLAlchemy's usual way writes and reads."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, text, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from engine.guards import store as guards
from engine.guards.guard import GuardState
from engine.guards.table import GuardEventRow, GuardRow
from engine.model.guard_reasons import GuardReason
from engine.model.money import ZERO
from engine.model.orders import ClientOrderId, VenueOrderId
from engine.orders import store as intents
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import StepNote
from engine.orders.states import IntentState
from engine.orders.step_log import step_of
from engine.orders.steps_store import insert_step, load_steps
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.compiled import Compiled
from engine.storage.readable import read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import (
    Prepared,
    attributes,
    insert_row,
    plain_table,
    stored_values,
)
from engine.tables import metadata
from tests.engine.orders.test_orders_store import GUARD, INTENT
from tests.engine.storage.stored import NOW

AMOUNTS = st.decimals(
    min_value="0.000000000000000001", max_value="9e20", allow_nan=False, allow_infinity=False
)
#: An equal amount is not written again, and so keeps the zeros it was written with.
OTHER_AMOUNTS = AMOUNTS.filter(lambda amount: amount not in {GUARD.quantity, GUARD.cost})
TEXTS = st.text(st.characters(min_codepoint=1, max_codepoint=0x10FFFE, exclude_categories=["Cs"]), max_size=9)
ZONES = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(timezones=ZONES, min_value=NOW.replace(year=1980, tzinfo=None))


def changed(value, **fields):
    return st.fixed_dictionaries(fields).map(lambda chosen: replace(value, **chosen))


GUARDS = changed(
    GUARD,
    asset=TEXTS,
    quantity=OTHER_AMOUNTS,
    cost=OTHER_AMOUNTS,
    paid=st.none() | AMOUNTS,
    state=st.sampled_from(GuardState),
    reason=st.none() | st.sampled_from(GuardReason) | TEXTS,
    detail=TEXTS,
    created_at=TIMES,
    leverage=st.none() | st.integers(1, 50),
    venue_entry=st.none() | AMOUNTS,
)
INTENTS = changed(
    INTENT,
    symbol=TEXTS,
    quantity=AMOUNTS,
    reduce_only=st.booleans(),
    leverage=st.none() | st.integers(1, 50),
    state=st.sampled_from(IntentState),
    attempt=st.integers(1, 99),
    client_order_id=TEXTS.map(ClientOrderId),
    venue_order_id=st.none() | TEXTS.map(VenueOrderId),
    trigger=st.none() | changed(INTENT.trigger, price=AMOUNTS, at=TIMES, paid=st.none() | AMOUNTS),
    filled_quantity=AMOUNTS | st.just(ZERO),
    cost=st.none() | AMOUNTS,
    fee=st.none() | AMOUNTS,
    fee_asset=st.none() | TEXTS,
    created_at=TIMES,
    updated_at=TIMES,
    sent_at=st.none() | TIMES,
)
BASES = st.builds(
    SendBasis,
    owned=AMOUNTS,
    held=AMOUNTS,
    currency=TEXTS,
    cash=st.none() | AMOUNTS,
    at=TIMES,
    step=st.none() | st.integers(0, 2**40),
)


@pytest.fixture(scope="module")
def session():
    """A session on tables that refer to nobody; what a test writes it takes back."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        yield DatabaseSession(connection)
    engine.dispose()


@contextmanager
def taken_back(session):
    try:
        yield
    finally:
        session.raw.rollback()


def rows_after(session, table, write):
    """Return what stands in a table, as SQLite keeps it, once `write` has used a session."""
    with taken_back(session):
        asyncio.run(write())
        return session.raw.execute(f"SELECT * FROM {table.__tablename__}").fetchall()  # noqa: S608 - of ours


def an_intent_row(intent):
    values = {name: getattr(intent, name) for name, _ in attributes(IntentRow) if name != "finished_at"}
    return IntentRow(**values, finished_at=intent.updated_at if intent.state.is_final else None)


@given(before=INTENTS, after=INTENTS)
def test_an_intent_is_inserted_and_changed_as_usual(session, before, after):
    table = plain_table(IntentRow)

    async def usual():
        await insert_row(session, an_intent_row(before))
        await session.send(
            update(table).where(table.c.state == before.state), **stored_values(an_intent_row(after))
        )

    async def compiled():
        await intents.insert_intent(session, before)
        await intents.update_intent(session, after, expected=before.state)

    assert rows_after(session, IntentRow, compiled) == rows_after(session, IntentRow, usual)


@given(guard=GUARDS)
def test_a_guard_and_what_became_of_it_are_written_as_usual(session, guard):
    values = {
        column.name: getattr(guard, name) for name, column in attributes(GuardRow) if hasattr(guard, name)
    }
    event = GuardEventRow(
        guard_id=guard.guard_id,
        user_id=guard.user_id,
        account_id=guard.account_id,
        at=NOW,
        what=guard.state,
        quantity_before=GUARD.quantity,
        quantity_after=guard.quantity,
        cost_after=guard.cost,
        cause="why",
    )

    async def usual():
        await guards.save_guard(session, GUARD, was=None, now=NOW, cause="set")
        await session.send(update(plain_table(GuardRow)), updated_at=NOW, **values)
        await insert_row(session, event)

    async def compiled():
        await guards.save_guard(session, GUARD, was=None, now=NOW, cause="set")
        await guards.overwrite_guard(session, guard, was=GUARD, now=NOW, cause="why")

    for table in (GuardRow, GuardEventRow):
        assert rows_after(session, table, compiled) == rows_after(session, table, usual)


@given(guard=GUARDS)
def test_what_changed_of_a_guard_is_written_as_all_of_it_is(session, guard):
    async def of(write):
        await guards.save_guard(session, GUARD, was=None, now=NOW, cause="set")
        await write(session, guard, was=GUARD, now=NOW, cause="why")

    for table in (GuardRow, GuardEventRow):
        saved, overwritten = (
            rows_after(session, table, partial(of, write))
            for write in (guards.save_guard, guards.overwrite_guard)
        )
        assert saved == overwritten


@given(intent=INTENTS, basis=st.none() | BASES, note=st.none() | st.sampled_from(StepNote), detail=TEXTS)
def test_a_step_is_written_as_usual_and_comes_back_as_the_same_value(session, intent, basis, note, detail):
    step = replace(step_of(None, intent, cause="why", detail=detail, at=NOW, basis=basis), note=note)

    async def usual():
        values = {name: getattr(step, name) for name, _ in attributes(IntentEventRow) if hasattr(step, name)}
        await insert_row(session, IntentEventRow(**values, words=detail))

    async def compiled():
        assert await insert_step(session, step) == 1
        (read,) = await load_steps(session, step.intent_id)
        assert read == step

    assert rows_after(session, IntentEventRow, compiled) == rows_after(session, IntentEventRow, usual)


@given(intent=INTENTS)
def test_rows_are_read_as_usual(session, intent):
    def found(kind):
        read = asyncio.run(read_rows(session, kind(select(IntentRow)), intents.build_intent))
        return read.readable, read.unreadable

    with taken_back(session):
        asyncio.run(intents.insert_intent(session, intent))

        assert found(Prepared) == found(Prepared) == ((intent,), ())


@pytest.mark.parametrize(
    ("column", "value"), [("quantity", "'much'"), ("created_at", "'soon'"), ("attempt", "'x'")]
)
@pytest.mark.parametrize("most", [None, 1])
async def test_a_damaged_row_is_named_as_usual(session, column, value, most):
    with taken_back(session):
        await intents.insert_intent(session, INTENT)
        await session.send(text(f"UPDATE intents SET {column} = {value}"))  # noqa: S608 - of ours

        usual, compiled = [
            await read_rows(session, kind(select(IntentRow)), intents.build_intent, most=most)
            for kind in (Prepared, Prepared)
        ]

    assert compiled == usual
    assert compiled.unreadable


async def test_a_value_that_its_column_refuses_is_not_written(database):
    async with database.write() as session:
        with pytest.raises(StatementError, match="not a finite Decimal"):
            await intents.insert_intent(session, replace(INTENT, quantity=Decimal("NaN")))
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            await intents.insert_intent(session, replace(INTENT, guard_id="nobody's"))


async def test_a_default_that_python_computes_is_refused_and_not_left_out(database):
    table = Table("numbers", MetaData(), Column("a", Integer), Column("b", Integer, default=lambda: 1))
    async with database.read() as session:
        with pytest.raises(TypeError, match="default"):
            await session.change(Compiled(insert(table)), a=1)
