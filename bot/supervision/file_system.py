"""Which file system a path lies on: what a lock or an inode number is worth differs between them."""

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
#: The kernel writes blanks in names as octal numbers (man 5 proc).
_OCTAL = re.compile(r"\\([0-7]{3})")


def file_system_of(path: Path, *, mounts: str | None = None) -> str:
    """Return the type of the file system that a path lies on, such as `ext4`; empty where unknown."""
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(errors="replace")
        except OSError:
            return ""
    found, place = "", path.resolve()
    deepest = -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = Path(_OCTAL.sub(lambda code: chr(int(code[1], 8)), before.split()[4]))
        # Of two mounts on one place the later one is seen.
        if place.is_relative_to(point) and len(point.parts) >= deepest:
            deepest, found = len(point.parts), after.split()[0]
    return found
