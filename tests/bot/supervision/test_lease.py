import errno
import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from bot.supervision.lease import (
    LOCK_NAME,
    AlreadyRunningError,
    DatabaseLease,
    DataDirError,
    LockLostError,
    hold_data_dir,
)
from tests.bot.database import migrated
from tests.bot.hand_clock import HandClock

HOLDER = """
import sys, time
from pathlib import Path
from bot.supervision.lease import hold_data_dir
with hold_data_dir(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_data_dir_is_made_for_its_owner_alone(tmp_path):
    with hold_data_dir(tmp_path / "a" / "data"):
        assert (tmp_path / "a" / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "a" / "data" / "nija.lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.fault("P7")
def test_a_second_bot_is_refused_and_told_who_holds_it(tmp_path):
    with (
        hold_data_dir(tmp_path),
        pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"),
        hold_data_dir(tmp_path),
    ):
        pass


def test_the_data_dir_is_free_again_afterwards(tmp_path):
    for _ in range(2):
        with hold_data_dir(tmp_path):
            assert (tmp_path / "nija.lock").read_text() == str(os.getpid())


def test_a_data_dir_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with (
        pytest.raises(DataDirError, match=r"NIJA_DATA_DIR .*file/data cannot be used"),
        hold_data_dir(tmp_path / "file" / "data"),
    ):
        pass


def test_a_killed_bot_leaves_the_data_dir_free(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError, match=f"process {process.pid}"), hold_data_dir(tmp_path):
            pass
        process.kill()

    with hold_data_dir(tmp_path):
        pass


SPOILS = {
    "removed": lambda folder: (folder / LOCK_NAME).unlink(),
    "replaced": lambda folder: ((folder / LOCK_NAME).unlink(), (folder / LOCK_NAME).write_text("1")),
    "moved away": lambda folder: (folder / LOCK_NAME).rename(folder / "old.lock"),
}


@pytest.mark.fault("P13")
@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_a_lock_file_that_is_gone_is_noticed_and_lets_no_second_bot_in(tmp_path, spoil):
    with hold_data_dir(tmp_path) as held:
        held.check()
        spoil(tmp_path)

        with pytest.raises(LockLostError, match=r"nija.lock was removed or replaced"):
            held.check()
        with pytest.raises(AlreadyRunningError), hold_data_dir(tmp_path):
            pass


def test_a_data_dir_that_was_replaced_is_noticed(tmp_path):
    folder = tmp_path / "data"
    with hold_data_dir(folder) as held:
        folder.rename(tmp_path / "old")
        with pytest.raises(LockLostError):
            held.check()
        folder.mkdir()
        (folder / LOCK_NAME).touch()
        with pytest.raises(LockLostError):
            held.check()


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    def no_locks(descriptor, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("bot.supervision.lease.fcntl.flock", no_locks)

    with pytest.raises(DataDirError, match="cannot be locked: No locks available"), hold_data_dir(tmp_path):
        pass


@pytest.mark.fault("P7")
async def test_a_second_process_on_one_database_overrules_the_first(tmp_path):
    lost_by_first, lost_by_second = [], []
    async with migrated(tmp_path) as database:
        first = DatabaseLease(database, HandClock(), on_lost=lost_by_first.append)
        second = DatabaseLease(database, HandClock(), on_lost=lost_by_second.append)

        await first.take()
        await first.keep()
        assert lost_by_first == []
        await second.take()
        await first.keep()
        await second.keep()

    assert [str(error) for error in lost_by_first] == [
        "Another NIJA has taken over this database; this one stops."
    ]
    assert lost_by_second == []


async def test_a_lease_that_was_never_taken_is_not_lost(tmp_path):
    lost = []
    async with migrated(tmp_path) as database:
        await DatabaseLease(database, HandClock(), on_lost=lost.append).keep()

    assert lost == []


async def test_every_heartbeat_notes_beside_the_database_how_far_it_has_come(tmp_path):
    lost, note = [], tmp_path / "nija.db.high-water"
    async with migrated(tmp_path) as database:
        lease = DatabaseLease(database, HandClock(), on_lost=lost.append)
        await lease.take()
        await lease.keep()
        first = int(note.read_bytes())
        await lease.keep()

    assert int(note.read_bytes()) == first + 1
    assert note.stat().st_mode & 0o777 == 0o600
    assert lost == []


async def test_a_database_that_falls_back_under_a_running_bot_stops_it_and_moves_no_note(tmp_path):
    lost, note = [], tmp_path / "nija.db.high-water"
    async with migrated(tmp_path) as database:
        lease = DatabaseLease(database, HandClock(), on_lost=lost.append)
        await lease.take()
        for _ in range(3):
            await lease.keep()
        before = note.read_bytes()
        async with database.write() as session:
            await session.exec(text("UPDATE leases SET epoch = epoch - 2 WHERE name = 'high water'"))
        await lease.keep()

    assert note.read_bytes() == before
    assert "written over by an older copy" in str(lost[0])
