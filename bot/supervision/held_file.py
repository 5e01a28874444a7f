"""The database file itself, kept from every other bot: a lock on a folder does not reach its other names."""

import fcntl
import os
import struct
import sys
from contextlib import ExitStack
from pathlib import Path

import structlog

from bot.command_errors import CommandError
from bot.supervision.file_identity import FileIdentity
from bot.supervision.file_system import file_system_of

#: Their flock is made of the very locks that SQLite takes, and would keep `nija backup` and SQLite itself out.
#: (man 2 flock, "NFS details" and "CIFS details"; v9fs and BSD kernels do the same.)
_ONE_KIND_OF_LOCKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p"})

#: FS_IOC_GETVERSION (linux/fs.h): `_IOR('v', 1, long)`.
_GET_VERSION = 2 << 30 | struct.calcsize("l") << 16 | ord("v") << 8 | 1

log = structlog.get_logger(__name__)


class HeldElsewhereError(CommandError):
    """Another process holds the file, by this name or another one."""


class HeldFile:
    """Locks whatever file a path leads to, for as long as `resources` stays open.

    The descriptor must outlive every SQLite connection of this process: closing it drops their locks too.
    """

    def __init__(self, resources: ExitStack) -> None:
        self._resources = resources
        self._locked = set[FileIdentity]()
        #: The file's identity, which its copies do not share; None where its file system has none.
        self.mark: str | None = None

    def hold(self, file: Path) -> None:
        """Lock a file that is there and not locked yet; raise HeldElsewhereError when somebody else has."""
        if sys.platform != "linux" or not _may_be_read(file):
            return
        if (system := file_system_of(file)) in _ONE_KIND_OF_LOCKS:
            log.warning("the database lies on a network: nothing keeps a bot elsewhere off it", system=system)
            return
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        self._resources.callback(os.close, descriptor)
        status = os.fstat(descriptor)
        identity = status.st_dev, status.st_ino
        if identity in self._locked:
            return
        self.mark = _mark_of(descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HeldElsewhereError(
                f"Another NIJA is running on the database {file}, from another data dir or under another name of "
                "the file; stop it first: both would sell the same positions."
            ) from None
        self._locked.add(identity)


def _mark_of(descriptor: int) -> str | None:
    """Name a file by its inode and the number that its file system gave to this use of it.

    Both are on disk, and stay as they are through restarts, moves within the file system and other mount points.
    File systems that make inode numbers up as they go have no such number (network and overlay ones, FAT).
    """
    answer = bytearray(struct.calcsize("l"))
    try:
        fcntl.ioctl(descriptor, _GET_VERSION, answer)
    except OSError:
        return None
    (generation,) = struct.unpack_from("I", answer)
    return f"inode {os.fstat(descriptor).st_ino} generation {generation}" if generation else None


def _may_be_read(file: Path) -> bool:
    # A file that cannot be read is reported when the database is opened.
    return os.access(file, os.R_OK) and file.is_file()
