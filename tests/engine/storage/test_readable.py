import pytest
from sqlalchemy import bindparam, text
from sqlmodel import col, select

from engine.alerts.outbox import load_written
from engine.alerts.table import AlertRow
from engine.storage import process_store as process
from engine.storage.process_store import ProcessRun
from engine.storage.process_table import ProcessRunRow
from engine.storage.readable import parsing, read_rows, readable_row, readable_rows
from engine.storage.statements import Prepared
from tests.engine.storage.stored import NOW

RUNS = Prepared(select(ProcessRunRow).order_by(col(ProcessRunRow.run_id)))
FROM = Prepared(
    select(ProcessRunRow)
    .where(col(ProcessRunRow.run_id) >= bindparam("first"))
    .order_by(col(ProcessRunRow.run_id))
)


@pytest.fixture
async def runs(database):
    """Return the database with three runs, the second of which has no readable start."""
    async with database.write() as session:
        for _ in range(3):
            await process.begin_run(session, now=NOW)
        await session.send(text("UPDATE process_runs SET started_at = 'yesterday' WHERE run_id = 2"))
    return database


def number(row):
    return row.run_id


async def test_a_damaged_row_is_named_and_the_others_are_read(runs):
    async with runs.read() as session:
        read = await read_rows(session, RUNS, number)
        session.raw.set_trace_callback(None)

    assert read.readable == (1, 3)
    assert [(row.key, row.why) for row in read.unreadable] == [((2,), "its started at is 'yesterday'")]
    assert [row.key for row in runs.unreadable] == [(2,)]


async def test_values_given_to_a_statement_hold_for_rows_that_are_read_singly_too(runs):
    async with runs.read() as session:
        assert await readable_rows(session, FROM, number, first=2) == (3,)
        assert await readable_rows(session, FROM, number, first=3) == (3,)
        assert await readable_row(session, FROM, number, first=2) == 3
        assert await readable_rows(session, FROM, number, most=1, first=1) == (1,)


async def test_a_row_that_can_be_read_again_is_forgotten_with_the_values_it_was_found_with(runs):
    async with runs.read() as session:
        await readable_rows(session, FROM, number, first=2)
    async with runs.write() as session:
        await session.send(text("UPDATE process_runs SET started_at = '2026-11-22 12:00:00.000000'"))

    async with runs.read() as session:
        await runs.unreadable.read_again(session)
    assert not tuple(runs.unreadable)


@pytest.mark.fault("P30")
@pytest.mark.parametrize("mistake", [ValueError, TypeError, ArithmeticError, AttributeError])
async def test_a_mistake_of_ours_in_building_a_value_is_not_taken_for_a_damaged_row(database, mistake):
    def build(row):
        raise mistake(row.run_id)

    async with database.write() as session:
        await process.begin_run(session, now=NOW)
    async with database.read() as session:
        with pytest.raises(mistake):
            await read_rows(session, RUNS, build)
    assert not tuple(database.unreadable)


@pytest.mark.parametrize("meaningless", [ValueError, ArithmeticError])
async def test_text_that_means_nothing_is_a_damaged_row(database, meaningless):
    def build(_row):
        with parsing():
            raise meaningless("it says nothing")

    async with database.write() as session:
        await process.begin_run(session, now=NOW)
    async with database.read() as session:
        read = await read_rows(session, RUNS, build)
    assert [row.why for row in read.unreadable] == ["it says nothing"]


@pytest.mark.parametrize("ratios", ['{"g1": "many"}', '{"g1": "NaN"}', "[1]", "3", '{"g1": {}}', "{"])
async def test_where_guards_stood_is_unreadable_when_it_is_no_ratio(database, ratios):
    async with database.write() as session:
        run = await process.begin_run(session, now=NOW)
        await process.note_cycle(session, run, at=NOW, seen={"g1": process.LastSeen(ratio="-0.01", at=NOW)})
        await session.send(text("UPDATE process_runs SET last_ratios_json = :it"), it=ratios)

    async with database.read() as session:
        assert await process.load_last_watched(session) is None
    assert [row.table for row in database.unreadable] == [ProcessRunRow.__tablename__]


async def test_what_cannot_be_read_of_an_alert_was_not_written(database):
    row = text(
        "INSERT INTO alerts (user_id, chat_id, kind, data_json, critical, dedup_key, state, attempts, created_at) "
        "VALUES (7000000001, 1, 'exit_filled', :data, 1, 'key', 'waiting', 0, '2026-11-22 12:00:00.000000')"
    )
    async with database.write() as session:
        await session.send(row, data='{"kind": "exit_filled", "quantity": "many"}')

    async with database.read() as session:
        assert await load_written(session, "key") is None
    assert [row.table for row in database.unreadable] == [AlertRow.__tablename__]


async def test_plain_rows_have_the_attributes_of_their_class(database):
    async with database.write() as session:
        run = await process.begin_run(session, now=NOW)
        await process.note_cycle(session, run, at=NOW, seen={"g1": process.LastSeen(ratio="-0.01", at=NOW)})

    async with database.read() as session:
        found = await readable_rows(session, RUNS, lambda row: (row.run_id, row.last_ratios))
        last = await process.load_last_watched(session)
    assert found == ((run, {"g1": {"ratio": "-0.01", "at": "2026-11-22T12:00:00Z"}}),)
    assert isinstance(last, ProcessRun)


@pytest.mark.fault("P54")
async def test_one_damaged_row_costs_no_statement_for_each_sound_one(database):
    async with database.write() as session:
        for _ in range(300):
            await process.begin_run(session, now=NOW)
        await session.send(text("UPDATE process_runs SET started_at = 'yesterday' WHERE run_id = 7"))

    async with database.read() as session:
        sent = []
        session.raw.set_trace_callback(sent.append)
        read = await read_rows(session, RUNS, number)
        session.raw.set_trace_callback(None)

    assert (len(read.readable), [row.key for row in read.unreadable]) == (299, [(7,)])
    assert len(sent) == 2
