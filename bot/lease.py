"""One bot per database: a lock that dies with the process, and a lease whose epoch tells older bots off."""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.database_file import DatabaseFile
from bot.errors import CommandError
from engine.clock import Clock
from engine.storage.backup import database_file
from engine.storage.database import Database
from engine.storage.records import Lease
from engine.storage.repositories.process import beat, take_lease

LOCK_NAME = "nija.lock"
PRIVATE = 0o700
LEASE_NAME = "bot"


class AlreadyRunningError(CommandError):
    """Another process holds the data dir."""


class DataDirError(CommandError):
    """The data dir cannot be made or written."""


@contextmanager
def hold_data_dir(data_dir: Path) -> Iterator[None]:
    """Keep every other bot off the data dir, which is made if missing; raise AlreadyRunningError if one is on it."""
    descriptor = _open_lock(data_dir)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode() or "unknown"
            raise AlreadyRunningError(
                f"Another NIJA (process {holder}) is running on {data_dir}; stop it first."
            ) from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _open_lock(data_dir: Path) -> int:
    try:
        data_dir.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        # Not O_TRUNC: the id of the process that holds it must stay readable.
        return os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataDirError(f"NIJA_DATA_DIR {data_dir} cannot be used: {error.strerror}.") from error


class DatabaseLease:
    """This process's claim on the database, for the case that two machines share one."""

    def __init__(self, database: Database, clock: Clock, *, on_lost: Callable[[CommandError], None]) -> None:
        self._database = database
        file = database_file(database.url)
        self._file = DatabaseFile(file) if file else None
        self._clock = clock
        self._on_lost = on_lost
        self._lease: Lease | None = None

    async def take(self) -> None:
        """Overrule whoever held it before."""
        owner = f"{socket.gethostname()} process {os.getpid()}"
        async with self._database.write() as session:
            self._lease = await take_lease(session, LEASE_NAME, owner=owner, now=self._clock.now())

    async def keep(self) -> None:
        """Say that this process lives, and stop it when another one has taken over; a job does this."""
        if self._lease is None:
            return
        if self._file:
            self._file.check()
        async with self._database.write() as session:
            held = await beat(session, self._lease, now=self._clock.now())
        if not held:
            self._on_lost(AlreadyRunningError("Another NIJA has taken over this database; this one stops."))
