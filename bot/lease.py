"""One bot per data dir: a lock that the operating system drops when the process dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import CommandError

LOCK_NAME = "nija.lock"
PRIVATE = 0o700


class AlreadyRunningError(CommandError):
    """Another process holds the data dir."""


@contextmanager
def hold_data_dir(data_dir: Path) -> Iterator[None]:
    """Keep every other bot off the data dir, which is made if missing; raise AlreadyRunningError if one is on it."""
    data_dir.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    # Not O_TRUNC: the id of the process that holds it must stay readable.
    descriptor = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
