"""Putting one database file in the place of another: begun and killed anywhere, it is finished at the next start."""

import json
import os
from contextlib import suppress
from pathlib import Path

#: The database, its log and the index of the log: the three belong together.
_PARTS = ("-wal", "-shm", "")


class UnfinishedSwapError(Exception):
    """A restore was interrupted, and this command may not finish it; the message names the one that may."""


def swap_in(copy: Path, target: Path) -> Path | None:
    """Put a finished copy in the target's place and return where the replaced database lies, if there was one.

    What is to be done is on disk before the first file moves: there is never a moment that leads to an empty database.
    """
    aside = _free_name(target) if target.exists() else None
    plan = {"copy": copy.name, "aside": aside.name if aside else None}
    draft = _marker(target).with_suffix(".draft")
    with draft.open("w") as writing:
        json.dump(plan, writing)
        writing.flush()
        os.fsync(writing.fileno())
    draft.replace(_marker(target))
    sync_folder(target.parent)
    finish_swap(target)
    return aside


def finish_swap(target: Path) -> bool:
    """Finish what a killed process began, for whoever holds the data dir; return whether there was something."""
    marker = _marker(target)
    try:
        plan = json.loads(marker.read_text())
    except FileNotFoundError:
        return False
    copy = target.with_name(plan["copy"])
    # Without the copy it was in its place already, and what stands there is the new database.
    if copy.exists():
        if plan["aside"]:
            _set_aside(target, target.with_name(plan["aside"]))
        copy.rename(target)
        sync_folder(target.parent)
    marker.unlink()
    sync_folder(target.parent)
    return True


def set_foreign_log_aside(target: Path) -> bool:
    """Keep SQLite from writing another database's log into a backup that was put in its place; return whether one was.

    `cp` over the file of a killed bot leaves that bot's log beside it. A backup keeps no log and is marked so in its header
    (https://www.sqlite.org/fileformat2.html, "file format version numbers").
    """
    log = target.with_name(f"{target.name}-wal")
    if not _keeps_no_log(target) or not log.exists() or not log.stat().st_size:
        return False
    log.rename(_free_name(log))
    target.with_name(f"{target.name}-shm").unlink(missing_ok=True)
    sync_folder(target.parent)
    return True


def _keeps_no_log(target: Path) -> bool:
    with suppress(FileNotFoundError), target.open("rb") as reading:
        return reading.read(20)[18:20] == b"\x01\x01"
    return False


def refuse_unfinished(target: Path) -> None:
    """Raise UnfinishedSwapError while another database is being put in the place of this one."""
    if _marker(target).exists():
        raise UnfinishedSwapError(
            f"A restore of {target} is under way or was interrupted; `nija migrate`, or the next start of the bot, "
            "finishes it."
        )


def sync_folder(folder: Path) -> None:
    """Let what was renamed stay renamed after a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _marker(target: Path) -> Path:
    return target.with_name(f"{target.name}.restoring")


def _set_aside(target: Path, aside: Path) -> None:
    for suffix in _PARTS:
        with suppress(FileNotFoundError):
            target.with_name(target.name + suffix).rename(aside.with_name(aside.name + suffix))
    sync_folder(target.parent)


def _free_name(target: Path) -> Path:
    number = 1
    while (name := target.with_name(f"{target.name}.replaced-{number}")).exists():
        number += 1
    return name
