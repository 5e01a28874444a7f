"""What a backup does not know must not be acted on."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.guards import store as guards
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.nonce.store import NonceStore
from engine.orders import store as intents
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import LIVE_STATES, IntentEvent, IntentState, client_order_id, next_state
from engine.orders.step_cause import StepCause
from engine.orders.steps_store import load_steps
from engine.storage.contents import LIVE_INTENT, load_contents
from engine.storage.database import Database
from engine.storage.migrate import run_migrations
from engine.storage.restored import carry_nonces, disarm
from engine.users import store as users_store
from engine.users.accounts import KeyOrigin, StoredAccount
from engine.users.roles import Role, StoredUser
from migrations import SCRIPTS
from tests.builders import a_guard

NOW = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
OWNER = 42
ACCOUNT = "env-kraken"


@pytest.fixture
def file(tmp_path):
    database = tmp_path / "nija.db"
    run_migrations(f"sqlite+aiosqlite:///{database}", scripts=SCRIPTS, backups=tmp_path, now=NOW)
    return database


@pytest.fixture
def backup(tmp_path):
    database = tmp_path / "backup.db"
    run_migrations(f"sqlite+aiosqlite:///{database}", scripts=SCRIPTS, backups=tmp_path, now=NOW)
    return database


@pytest.fixture
async def database(file):
    opened = Database(f"sqlite+aiosqlite:///{file}")
    async with opened.write() as session:
        await users_store.save_user(session, StoredUser(user_id=OWNER, role=Role.OWNER, created_at=NOW))
        await users_store.save_account(
            session,
            StoredAccount(
                account_id=ACCOUNT,
                user_id=OWNER,
                venue=Venue.KRAKEN,
                label="Kraken",
                origin=KeyOrigin.ENVIRONMENT,
                key_fingerprint="f" * 16,
                created_at=NOW,
            ),
        )
    yield opened
    await opened.dispose()


async def save(database, state, *, guard_id):
    guard = replace(a_guard(), guard_id=guard_id, user_id=OWNER, account_id=ACCOUNT, state=state)
    async with database.write() as session:
        await guards.save_guard(session, guard, was=None, now=NOW, cause="test")
    return guard


@pytest.mark.fault("P6")
async def test_armed_guards_wait_for_the_comparison_and_closing_ones_for_their_owner(database, file):
    for state in (GuardState.ARMED, GuardState.CLOSING, GuardState.CLOSED):
        await save(database, state, guard_id=state.value)

    disarm(file, now=NOW)

    async with database.read() as session:
        found = [await guards.load_guard(session, s) for s in ("armed", "closing", "closed")]
    assert [(guard.state, guard.reason) for guard in found] == [
        (GuardState.PAUSED, GuardReason.RESTORED),
        (GuardState.PAUSED, GuardReason.RESTORED_IN_SALE),
        (GuardState.CLOSED, None),
    ]


async def test_no_guard_watches_or_sells_in_a_restored_database_whatever_its_state_was(database, file):
    for state in GuardState:
        await save(database, state, guard_id=state.value)

    disarm(file, now=NOW)

    async with database.read() as session:
        found = {state: (await guards.load_guard(session, state.value)).state for state in GuardState}
    assert found.pop(GuardState.CLOSED) is GuardState.CLOSED
    assert set(found.values()) == {GuardState.PAUSED}
    assert load_contents(file).guards == len(found)


def an_intent(guard, state):
    return Intent(
        intent_id="i",
        user_id=OWNER,
        account_id=ACCOUNT,
        venue=Venue.KRAKEN,
        guard_id=guard.guard_id,
        kind=IntentKind.EXIT,
        symbol="BTC/USD",
        asset="BTC",
        side=Side.SELL,
        quantity=Decimal(1),
        state=state,
        attempt=1,
        client_order_id=client_order_id("i", 1),
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.fault("P6")
@pytest.mark.parametrize("state", LIVE_STATES)
async def test_an_exit_that_was_under_way_is_not_taken_up_again(database, file, state):
    guard = await save(database, GuardState.CLOSING, guard_id="g")
    async with database.write() as session:
        await intents.insert_intent(session, an_intent(guard, state))

    disarm(file, now=NOW)

    async with database.read() as session:
        assert await intents.load_live_intents(session) == ()
        steps = await load_steps(session, "i")
    assert [(step.from_state, step.to_state, step.cause) for step in steps] == [
        (state, next_state(state, IntentEvent.SET_ASIDE), StepCause.RESTORED)
    ]
    assert steps[0].at == NOW


def test_every_state_of_an_order_that_is_not_over_counts_as_live():
    assert re.findall(r"'(\w+)'", LIVE_INTENT) == [*LIVE_STATES]


async def test_a_damaged_journal_is_disarmed_too(database, file):
    guard = await save(database, GuardState.CLOSING, guard_id="g")
    async with database.write() as session:
        await intents.insert_intent(session, an_intent(guard, IntentState.SENT))
    with closing(sqlite3.connect(file)) as connection, connection:
        # An end without its state, and a step that is gone.
        connection.execute("UPDATE intents SET finished_at = updated_at")
        connection.executemany(
            "INSERT INTO intent_events (intent_id, seq, user_id, account_id, at, to_state, cause)"
            " VALUES ('i', ?, ?, ?, '2026-11-22 02:00:00.000000', 'sent', 'test')",
            [(seq, OWNER, ACCOUNT) for seq in (0, 2)],
        )

    disarm(file, now=NOW)

    async with database.read() as session:
        assert await intents.load_live_intents(session) == ()
        assert [step.seq for step in await load_steps(session, "i")] == [0, 2, 3]


@pytest.mark.fault("P6")
async def test_nonces_go_on_from_the_higher_of_both_databases(file, backup):
    class Clock:
        def __init__(self, ns):
            self.ns = ns

        def now_ns(self):
            return self.ns

        def now(self):
            return NOW

    for database, ns in ((file, 2_000), (backup, 1_000)):
        store = await NonceStore(database, Clock(ns)).open()
        await store.next_nonce("key")
        await store.close()

    carry_nonces(file, backup)

    store = await NonceStore(backup, Clock(5)).open()
    assert await store.next_nonce("key") == 2_001
    await store.close()


def test_a_damaged_database_does_not_keep_its_backup_from_being_restored(file, tmp_path):
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"no database at all, " * 100)

    carry_nonces(damaged, file)

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM nonces").fetchone() == (0,)
