"""Which file a path leads to: another one under the same name is another identity."""

from pathlib import Path
from typing import TypeAlias

#: Device and inode.
FileIdentity: TypeAlias = tuple[int, int]


def identity_of(path: Path) -> FileIdentity | None:
    """Return what is there; None when there is nothing, or nothing that can be reached."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
