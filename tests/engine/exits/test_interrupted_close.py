"""A database that is restored or copied, or a key that changes, in the middle of a manual close."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.adoption.other_account import set_aside
from engine.alerts.messages import DatabaseCopied, ExitParked
from engine.exits.endings import give_up
from engine.exits.interrupted_close import before_interrupted
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.offers.copies import disarm_copy
from engine.orders.store import load_live_intents
from engine.storage.backup import backup_database
from tests.engine.exits.manual import NOTHING, SOME, begin
from tests.engine.storage.restoring import restore_database

ORIGINAL, COPY = "inode 12 generation 77", "inode 12 generation 78"


@pytest.fixture
async def holding(room):
    """Four tenths of a bitcoin that came from elsewhere, worth 50,000 dollars each."""
    room.deposit("BTC", "0.4")
    room.set_bid("50000")
    await disarm_copy(room.database, ORIGINAL, clock=room.clock)
    await room.read()
    return room


async def restore(room):
    await room.crash()
    database, backup = room.folder / "nija.db", room.folder / "backup.db"
    backup_database(database, backup)
    restore_database(backup, database, now=room.clock.now())
    await room.open()
    await disarm_copy(room.database, COPY, clock=room.clock)


async def copy(room):
    await room.crash()
    await room.open()
    await disarm_copy(room.database, COPY, clock=room.clock)


async def change_key(room):
    async with room.database.write() as session:
        await set_aside(session, "env-kraken", journal=room.journal.orders, now=room.clock.now())


HOW = {
    restore: GuardReason.RESTORED_IN_SALE,
    copy: GuardReason.COPIED_AND_CHANGED,
    change_key: GuardReason.SWAPPED_IN_SALE,
}


@pytest.mark.fault("P53")
@pytest.mark.parametrize("paused", [None, "a split"])
@pytest.mark.parametrize(("interrupt", "why"), HOW.items(), ids=["restored", "copied", "another key"])
async def test_only_what_was_guarded_before_waits_for_its_owner(holding, interrupt, why, paused):
    await begin(holding, SOME, paused=paused)

    await interrupt(holding)

    guard = await holding.guard()
    assert (guard.quantity, guard.cost) == SOME
    assert (guard.state, guard.reason) == (GuardState.PAUSED, why)
    async with holding.database.read() as session:
        assert await load_live_intents(session) == ()
    assert await holding.alerts(ExitParked) == []


@pytest.mark.parametrize("interrupt", HOW, ids=["restored", "copied", "another key"])
async def test_what_was_never_guarded_is_not_guarded_then_and_its_owner_is_alerted_once(holding, interrupt):
    await begin(holding, NOTHING)

    await interrupt(holding)
    await disarm_copy(holding.database, COPY, clock=holding.clock)

    [parked] = await holding.alerts(ExitParked)
    assert (parked.quantity, parked.why) == (Decimal("0.4"), GuardReason.CUT_OFF)
    assert await holding.guards() == ()
    assert await holding.alerts(DatabaseCopied) == []


async def test_a_guard_that_was_set_anew_since_stays_as_it_was_set(holding):
    live = await begin(holding, SOME)
    anew = replace(live.guard, quantity=Decimal("0.3"), cost=Decimal(18000), state=GuardState.PAUSED)

    assert before_interrupted(anew, live.intent) == anew


async def test_a_close_that_ended_before_changes_nothing_of_a_guard_that_its_owner_widened_since(holding):
    live = await begin(holding, SOME)
    await give_up(holding.journal, live.intent, live.guard, was=live.guard, why=GuardReason.TOO_LATE)
    widened = replace(await holding.guard(), quantity=live.guard.quantity, cost=live.guard.cost)
    await holding.put(replace(widened, state=GuardState.PAUSED, reason=GuardReason.COPIED_AND_CHANGED))

    await copy(holding)

    guard = await holding.guard()
    assert (guard.quantity, guard.cost) == (Decimal("0.4"), Decimal(20000))
