"""One bot per database: a lock that dies with the process, and a lease whose epoch fences older bots off."""

import asyncio
import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.command_errors import CommandError
from bot.supervision.database_file import DatabaseFile
from bot.supervision.file_identity import FileIdentity, identity_of
from bot.supervision.held_file import HeldElsewhereError, HeldFile
from engine.clock import Clock
from engine.storage.backup import database_file
from engine.storage.database import Database
from engine.storage.high_water import high_water_note
from engine.storage.process_store import Lease, beat, raise_high_water, take_lease

LOCK_NAME = "nija.lock"
PRIVATE = 0o700
LEASE_NAME = "bot"
_ADVICE = {
    errno.ENOSPC: "Make room on its disk.",
    errno.EDQUOT: "Make room on its disk.",
    errno.EROFS: "Its file system is read-only: mount it for writing, or set another one.",
    errno.EACCES: "It belongs to somebody else: start NIJA as its owner, or give it to this user with chown.",
    errno.EPERM: "It belongs to somebody else: start NIJA as its owner, or give it to this user with chown.",
}


class AlreadyRunningError(CommandError):
    """Another process holds the data dir."""


class DataDirError(CommandError):
    """The data dir cannot be made or written."""


class LockLostError(CommandError):
    """The lock file was removed or replaced under this process: another one could start beside it."""


class DatabaseReplacedByOlderError(CommandError):
    """The database was written over by an older copy under this process."""


_OLDER = (
    "The database was written over by an older copy while NIJA runs; this one stops. Start it again: it asks before "
    "anything is sold. `nija restore` is the way to put a backup back."
)


class HeldDataDir:
    """The data dir of this process alone, for as long as its folder and its lock file are the ones it locked."""

    def __init__(self, data_dir: Path, locked: Sequence[int], *, file: HeldFile) -> None:
        self._data_dir = data_dir
        self._locked = {_identity(descriptor) for descriptor in locked}
        self._file = file

    @property
    def mark(self) -> str | None:
        """Return what distinguishes the database file from its copies; None where nothing does."""
        return self._file.mark

    def hold_file(self, file: Path | None) -> None:
        """Keep every other bot off a database file too, once it is there; raise AlreadyRunningError if one is on it."""
        if file is None:
            return
        try:
            self._file.hold(file)
        except HeldElsewhereError as held:
            raise AlreadyRunningError(str(held)) from None
        except OSError as error:
            raise DataDirError(_unlockable(f"The database {file}", error)) from error

    def check(self) -> None:
        """Raise LockLostError when what is there now is not what was locked."""
        now = {identity_of(self._data_dir), identity_of(self._data_dir / LOCK_NAME)}
        if now != self._locked:
            raise LockLostError(
                f"{self._data_dir / LOCK_NAME} was removed or replaced while NIJA runs: a second bot could start "
                "on the same database, so this one stops. Start it again."
            )


@contextmanager
def hold_data_dir(data_dir: Path, *, database: Path | None = None) -> Iterator[HeldDataDir]:
    """Keep every other bot off the data dir, which is made if missing; raise AlreadyRunningError if one is on it.

    The same for the database file where there is one: it may lie elsewhere, or have other names (hard links).

    The folder itself is locked too: whoever deletes the lock file does not let a second bot in.
    """
    with ExitStack() as opened:
        descriptor = _open_lock(data_dir)
        opened.callback(os.close, descriptor)
        folder = os.open(data_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        opened.callback(os.close, folder)
        for locked in (folder, descriptor):
            _lock(locked, data_dir, holder_in=descriptor)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        held = HeldDataDir(data_dir, (descriptor, folder), file=HeldFile(opened))
        held.hold_file(database)
        yield held


def _lock(descriptor: int, data_dir: Path, *, holder_in: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(holder_in, 32, 0).decode() or "unknown"
        # Whoever runs a command beside the bot mostly meets the bot itself.
        raise AlreadyRunningError(
            f"NIJA (process {holder}) is running on {data_dir}; stop it first."
        ) from None
    except OSError as error:
        raise DataDirError(_unlockable(f"NIJA_DATA_DIR {data_dir}", error)) from error


def _unlockable(place: str, error: OSError) -> str:
    return (
        f"{place} cannot be locked: {error.strerror}. Its file system has no locks (flock), so "
        "nothing would keep a second bot off it: put it on a local disk."
    )


def _identity(descriptor: int) -> FileIdentity:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _open_lock(data_dir: Path) -> int:
    try:
        data_dir.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        # Not O_TRUNC: the id of the process that holds it must stay readable.
        return os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataDirError(_unusable(data_dir, error)) from error


def _unusable(data_dir: Path, error: OSError) -> str:
    advice = _ADVICE.get(error.errno or 0, "Make it a folder that this user may write, or set another one.")
    return f"NIJA_DATA_DIR {data_dir} cannot be used: {error.strerror}. {advice}"


class DatabaseLease:
    """This process's lease on the database, for the case that two machines share one."""

    def __init__(self, database: Database, clock: Clock, *, on_lost: Callable[[CommandError], None]) -> None:
        self._database = database
        file = database_file(database.url)
        self._file = DatabaseFile(file) if file else None
        self._note = high_water_note(database.url)
        self._reached = 0
        self._clock = clock
        self._on_lost = on_lost
        self._lease: Lease | None = None

    async def take(self) -> None:
        """Overrule whoever held it before."""
        owner = f"{socket.gethostname()} process {os.getpid()}"
        async with self._database.write() as session:
            self._lease = await take_lease(session, LEASE_NAME, owner=owner, now=self._clock.now())

    async def keep(self) -> None:
        """Renew the lease, and stop the process when another one has taken over; called by a job."""
        if self._lease is None:
            return
        if self._file:
            self._file.check()
        async with self._database.write() as session:
            held = await beat(session, self._lease, now=self._clock.now())
            reached = await raise_high_water(session, now=self._clock.now())
        if not held:
            self._on_lost(AlreadyRunningError("Another NIJA has taken over this database; this one stops."))
        elif reached <= self._reached:
            self._on_lost(DatabaseReplacedByOlderError(_OLDER))
        else:
            self._reached = reached
            if self._note:
                await asyncio.to_thread(self._note.write, reached)
