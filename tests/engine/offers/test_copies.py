"""A database that wakes up in another file than it was written into sells nothing before its owner says so."""

import errno
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from unittest.mock import Mock

import pytest

from engine.alerts.messages import DatabaseCopied, ExitFilled, GuardPaused
from engine.guards.guard import GuardState
from engine.model.guard_reasons import GuardReason
from engine.offers.copies import disarm_copy
from engine.offers.outcomes import ComparedFirst, Nothing
from engine.storage.backup import backup_database
from engine.storage.restored import disarm
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.storage.restoring import restore_database

ORIGINAL, COPY = "inode 12 generation 77", "inode 12 generation 78"


async def wake(room, mark):
    """Start anew as the process does: before anything else the database is held against its file."""
    await room.crash()
    await begin(room, mark)


async def begin(room, mark):
    await room.open()
    await disarm_copy(room.database, mark, clock=room.clock)
    await room.engine.start()


@pytest.fixture
async def watched(room):
    """A tenth of a bitcoin that is guarded from 6,000, in the file it was written into."""
    room.set_bid("60000")
    room.deposit("BTC", "0.1")
    await disarm_copy(room.database, ORIGINAL, clock=room.clock)
    await room.arm("0.1", "6000", created_at=room.clock.now() - timedelta(days=1))
    await room.read()
    return room


async def press(room):
    [reported] = await room.alerts(DatabaseCopied)
    return await room.engine.guards.confirm(OWNER_ID, reported.choice.confirmation_id)


async def read_for(room, seconds):
    for _ in range(0, seconds, 10):
        await room.clock.sleep(10)
        await room.read()


@pytest.mark.parametrize("mark", [ORIGINAL, None])
async def test_the_same_file_and_one_that_nothing_tells_apart_go_on_at_once(watched, mark):
    await wake(watched, mark)
    watched.set_bid("50000")
    await watched.sell_off()

    assert len(await watched.alerts(ExitFilled)) == 1
    assert await watched.alerts(DatabaseCopied) == []


async def test_a_copy_sells_nothing_and_asks_its_owner_once(watched):
    await wake(watched, COPY)
    watched.set_bid("50000")
    await read_for(watched, 300)
    await watched.sell_off()
    await wake(watched, COPY)
    await read_for(watched, 30)

    assert watched.sent() == []
    assert (await watched.guard()).reason == GuardReason.COPIED
    [reported] = await watched.alerts(DatabaseCopied)
    assert reported.guarded == ("BTC/USD at Kraken",)


async def test_its_owners_answer_lets_it_watch_again_once_it_was_compared(watched):
    await wake(watched, COPY)
    outcome = await press(watched)
    await read_for(watched, 70)
    watched.set_bid("50000")
    await watched.sell_off()

    assert isinstance(outcome, ComparedFirst)
    assert len(await watched.alerts(ExitFilled)) == 1


async def test_it_waits_on_while_another_bot_answers_with_the_token(watched):
    await wake(watched, COPY)
    await press(watched)
    for _ in range(6):
        watched.base.second_poller.note()
        await read_for(watched, 30)

    assert (await watched.guard()).reason == GuardReason.RESTORED


async def test_the_answer_counts_once(watched):
    await wake(watched, COPY)
    await press(watched)
    await read_for(watched, 70)

    assert isinstance(await press(watched), Nothing)
    assert (await watched.guard()).state is GuardState.ARMED


async def test_what_was_sold_and_bought_back_meanwhile_is_asked_about(watched):
    await wake(watched, COPY)
    watched.deposit("USD", "1000")
    watched.trade("sell", "0.1")
    watched.trade("buy", "0.1")
    await read_for(watched, 30)
    assert (await watched.guard()).reason == GuardReason.COPIED_AND_CHANGED

    await press(watched)
    await read_for(watched, 120)

    assert (await watched.guard()).state is GuardState.PAUSED
    assert len(await watched.alerts(GuardPaused)) == 1


async def test_what_was_read_of_it_before_the_process_died_is_asked_about(watched):
    await wake(watched, COPY)
    watched.deposit("USD", "1000")
    watched.trade("sell", "0.1")
    watched.trade("buy", "0.1")
    await watched.clock.sleep(5)
    await watched.histories.catch_up(watched.account())
    await watched.restart()
    await read_for(watched, 30)
    assert (await watched.guard()).reason == GuardReason.COPIED_AND_CHANGED

    await press(watched)
    await read_for(watched, 120)

    assert (await watched.guard()).state is GuardState.PAUSED
    assert len(await watched.alerts(GuardPaused)) == 1


async def test_a_sale_that_was_under_way_is_not_made_again(watched):
    watched.fault(FaultKind.DELAY_AFTER, delay_s=60)
    watched.set_bid("50000")
    await watched.look()
    await watched.clock.sleep(0.5)
    await wake(watched, COPY)
    await read_for(watched, 120)
    await press(watched)
    await read_for(watched, 120)
    await watched.sell_off()

    assert len(watched.sent()) == 1
    assert watched.world.ledger("kraken").total("BTC") == Decimal(0)
    assert (await watched.guard()).state is GuardState.PAUSED


async def test_what_a_sale_that_was_under_way_sold_is_reported_once_its_owner_answered(watched):
    watched.fault(FaultKind.DELAY_AFTER, delay_s=60)
    watched.set_bid("50000")
    await watched.look()
    await watched.clock.sleep(0.5)
    await wake(watched, COPY)
    await read_for(watched, 120)
    before = await watched.alerts(ExitFilled)
    await press(watched)
    await read_for(watched, 120)

    [reported] = await watched.alerts(ExitFilled)
    assert (before, reported.found_later) == ([], True)
    assert (await watched.guard()).state is GuardState.PAUSED


async def test_a_guard_that_waited_before_is_left_as_it_was(watched):
    guard = replace(await watched.guard(), state=GuardState.PAUSED, reason=GuardReason.ENTRY_CHANGED)
    await watched.put(guard)

    await wake(watched, COPY)

    assert await watched.guard() == guard
    assert await watched.alerts(DatabaseCopied) == []


async def test_a_database_that_was_restored_knowingly_is_no_copy(watched):
    await watched.crash()
    disarm(watched.folder / "nija.db", now=watched.clock.now())
    await begin(watched, COPY)
    await read_for(watched, 70)

    assert await watched.alerts(DatabaseCopied) == []
    assert (await watched.guard()).state is GuardState.ARMED


async def put_back_older(room, *, without=(), spoil=lambda folder: None):
    """Stop, copy the database, run and stop again, and put the copy back into the very same file."""
    await room.crash()
    file, older = room.folder / "nija.db", room.folder / "older.db"
    backup_database(file, older)
    with closing(sqlite3.connect(older)) as connection, connection:
        # A copy made by `cp`, by a program of another kind or by an earlier version bears the file's own mark.
        connection.execute("UPDATE leases SET owner = ? WHERE name = 'file'", (ORIGINAL,))
        for lease in without:
            connection.execute("DELETE FROM leases WHERE name = ?", (lease,))
    await begin(room, ORIGINAL)
    await room.crash()
    shutil.copyfile(older, file)
    spoil(room.folder)


def note_of(folder):
    return folder / "nija.db.high-water"


def forget_folder(folder):
    with suppress(OSError):
        os.removexattr(folder, "user.nija.high-water.nija.db")


def forget_both(folder):
    forget_folder(folder)
    note_of(folder).unlink()


def with_note(content):
    def spoil(folder):
        forget_folder(folder)
        note_of(folder).write_bytes(content)

    return spoil


@pytest.mark.fault("P31")
@pytest.mark.parametrize(
    "without", [(), ("high water",)], ids=["this version", "of before there was a count"]
)
@pytest.mark.parametrize(
    "spoil", [lambda folder: None, forget_folder], ids=["both notes", "the file's alone"]
)
async def test_an_older_copy_in_the_very_file_sells_nothing_and_asks_once(watched, without, spoil):
    await put_back_older(watched, without=without, spoil=spoil)
    await begin(watched, ORIGINAL)
    watched.set_bid("50000")
    await read_for(watched, 60)
    await watched.sell_off()
    await wake(watched, ORIGINAL)

    assert watched.sent() == []
    assert (await watched.guard()).reason == GuardReason.COPIED
    assert len(await watched.alerts(DatabaseCopied)) == 1


async def test_an_older_copy_of_all_files_is_noticed_where_the_folder_bears_a_note(watched):
    try:
        os.setxattr(watched.folder, "user.probe", b"")
    except OSError:
        pytest.skip("no attributes of folders here")
    await put_back_older(watched, spoil=lambda folder: note_of(folder).write_bytes(b"%020d" % 1))
    await begin(watched, ORIGINAL)

    assert len(await watched.alerts(DatabaseCopied)) == 1


UNREADABLE = {
    "no note": forget_both,
    "empty": with_note(b""),
    "cut": with_note(b"0000000000000000"),
    "no number": with_note(b"-0000000000000000077"),
    "absurd": with_note(b"9" * 20),
}


@pytest.mark.fault("P32")
@pytest.mark.parametrize("spoil", UNREADABLE.values(), ids=UNREADABLE)
async def test_without_a_note_that_can_be_read_nothing_is_asked(watched, spoil):
    await put_back_older(watched, spoil=spoil)
    await begin(watched, ORIGINAL)

    assert await watched.alerts(DatabaseCopied) == []
    assert (await watched.guard()).state is GuardState.ARMED


async def test_a_note_that_is_behind_asks_nothing_and_catches_up(watched):
    await watched.crash()
    with_note(b"%020d" % 1)(watched.folder)
    for _ in range(3):
        await begin(watched, ORIGINAL)
        await watched.crash()
    await begin(watched, ORIGINAL)

    assert await watched.alerts(DatabaseCopied) == []
    assert int(note_of(watched.folder).read_bytes()) > 3


@pytest.mark.fault("P32")
@pytest.mark.parametrize("spoil", ["unwritable", "a folder"])
async def test_a_note_that_cannot_be_written_keeps_no_bot_from_starting(watched, spoil, monkeypatch):
    await watched.crash()
    forget_both(watched.folder)
    if spoil == "a folder":
        note_of(watched.folder).mkdir()
    else:
        full = OSError(errno.ENOSPC, "No space left on device")
        monkeypatch.setattr("engine.storage.high_water.os.pwrite", Mock(side_effect=full))
    await begin(watched, ORIGINAL)

    assert (await watched.guard()).state is GuardState.ARMED


@pytest.mark.parametrize("mark", [ORIGINAL, None], ids=["told apart", "not told apart"])
async def test_a_backup_put_in_place_asks_whatever_the_file_system_shows(watched, mark):
    await watched.crash()
    backup_database(watched.folder / "nija.db", watched.folder / "backup.db")
    shutil.copyfile(watched.folder / "backup.db", watched.folder / "nija.db")
    forget_both(watched.folder)
    await begin(watched, mark)
    await wake(watched, mark)

    assert (await watched.guard()).reason == GuardReason.COPIED
    assert len(await watched.alerts(DatabaseCopied)) == 1


async def test_a_restored_backup_may_be_older_than_what_was_noted(watched):
    await watched.crash()
    backup_database(watched.folder / "nija.db", watched.folder / "backup.db")
    await begin(watched, ORIGINAL)
    await watched.crash()
    restore_database(watched.folder / "backup.db", watched.folder / "nija.db", now=watched.clock.now())
    await begin(watched, COPY)
    await read_for(watched, 70)
    await wake(watched, COPY)

    assert await watched.alerts(DatabaseCopied) == []
    assert (await watched.guard()).state is GuardState.ARMED


async def test_the_database_that_a_restore_replaced_asks_when_it_is_put_back(watched):
    await watched.crash()
    backup_database(watched.folder / "nija.db", watched.folder / "backup.db")
    restored = restore_database(
        watched.folder / "backup.db", watched.folder / "nija.db", now=watched.clock.now()
    )
    await begin(watched, COPY)
    await watched.crash()
    restored.replaced.rename(watched.folder / "nija.db")
    await begin(watched, ORIGINAL)

    assert len(await watched.alerts(DatabaseCopied)) == 1
