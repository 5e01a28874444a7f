"""Copies of the database that were checked, and the way back from one."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from engine.storage.connecting import BUSY_TIMEOUT_MS
from engine.storage.contents import Contents, load_contents
from engine.storage.database import is_sqlite
from engine.storage.restored import carry_nonces, disarm, mark_as_backup
from engine.storage.swap import finish_swap, refuse_unfinished, swap_in, sync_folder

#: Beside the database, once there are sealed keys: these are useless, and safe, without it.
MASTER_KEY_FILE = "master.key"
#: Added only where there is such a file.
WITHOUT_MASTER_KEY = "The master key file is not in this backup; keep a copy of it elsewhere."

#: What every SQLite file begins with (https://www.sqlite.org/fileformat.html).
_SQLITE_MAGIC = b"SQLite format 3\0"


class BackupError(Exception):
    """A backup or a restore that was not done; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A checked copy of the database."""

    file: Path
    size_bytes: int
    #: The schema it holds; None when it has none yet.
    revision: str | None
    #: None where that cannot be read.
    contents: Contents | None
    #: What it lacks; empty when it lacks nothing.
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBackup:
    """A backup that was copied and checked, and the database it would replace."""

    file: Path
    copy: Path
    target: Path
    revision: str
    #: None where that cannot be read, as in the one below.
    contents: Contents | None
    #: Whether there is a database in its place.
    replaces: bool
    replaced_contents: Contents | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A database that took the place of another one."""

    database: Path
    revision: str | None
    #: Where the replaced database lies now; None when there was none.
    replaced: Path | None
    #: None where that cannot be read, or nothing was replaced.
    contents: Contents | None
    replaced_contents: Contents | None
    #: What the backup lacked; empty when it lacked nothing.
    note: str


def database_file(url: str) -> Path | None:
    """Return the file of a SQLite database, or None for other databases."""
    name = make_url(url).database
    return Path(name) if is_sqlite(url) and name else None


def backup_database(source: Path, file: Path) -> Backup:
    """Copy a database, also while it is being written, into a new private file and check the copy.

    Raises:
        BackupError: there is no such database, `file` exists already, or the copy is damaged.

    """
    refuse_unfinished(source)
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent.absolute()}; make it first. Nothing was copied.")
    if file.exists():
        raise BackupError(f"{file} exists already and was not touched.")
    copy = _checked_copy(source, file, finish=mark_as_backup)
    try:
        # A link refuses to overwrite what came to stand there meanwhile; a rename would not.
        os.link(copy, file)
    except FileExistsError:
        raise BackupError(f"{file} exists already and was not touched.") from None
    finally:
        copy.unlink()
    sync_folder(file.parent)
    return Backup(
        file=file.absolute(),
        size_bytes=file.stat().st_size,
        revision=_revision(file),
        contents=load_contents(file),
        note=_what_it_lacks(source),
    )


@contextmanager
def prepare_restore(file: Path, target: Path) -> Iterator[PreparedBackup]:
    """Copy and check a backup beside a database that nobody has open; nothing changes before `finish_restore`.

    Raises:
        BackupError: `file` is missing, damaged, no NIJA backup or the target itself; the target is as it was.

    """
    finish_swap(target)
    _check_is_backup(file, target)
    copy = _checked_copy(file, target)
    try:
        revision = _revision(copy)
        if revision is None:
            raise BackupError(_foreign(file))
        yield PreparedBackup(
            file=file.absolute(),
            copy=copy,
            target=target,
            revision=revision,
            contents=load_contents(copy),
            replaces=target.exists(),
            replaced_contents=load_contents(target) if target.exists() else None,
        )
    finally:
        copy.unlink(missing_ok=True)


def finish_restore(prepared: PreparedBackup, *, now: datetime) -> Restored:
    """Put a prepared backup in the place of the database, and keep the replaced one aside.

    Its guards wait and its exits end: they are compared with the venues at the next start.
    """
    target = prepared.target
    disarm(prepared.copy, now=now)
    if target.exists():
        carry_nonces(target, prepared.copy)
    replaced = swap_in(prepared.copy, target)
    return Restored(
        database=target,
        revision=prepared.revision,
        replaced=replaced,
        contents=prepared.contents,
        replaced_contents=prepared.replaced_contents,
        note=_what_it_lacks(target),
    )


def _check_is_backup(file: Path, target: Path) -> None:
    if file.is_dir():
        raise BackupError(f"{file.absolute()} is a folder, no NIJA backup; nothing was changed.")
    if not file.is_file():
        raise BackupError(f"There is no backup at {file.absolute()}; nothing was changed.")
    if target.exists() and file.samefile(target):
        raise BackupError(f"{file} is the database itself, no backup of it; nothing was changed.")
    if not _is_sqlite_file(file):
        raise BackupError(_foreign(file))


def _foreign(file: Path) -> str:
    return f"{file} is not a NIJA backup; nothing was changed."


def _is_sqlite_file(file: Path) -> bool:
    with file.open("rb") as reading:
        return reading.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC


def _what_it_lacks(database: Path) -> str:
    return WITHOUT_MASTER_KEY if database.with_name(MASTER_KEY_FILE).exists() else ""


def _checked_copy(source: Path, beside: Path, *, finish: Callable[[Path], object] = lambda _: None) -> Path:
    copy = beside.with_name(f".{beside.name}.{os.getpid()}.partial")
    try:
        # What a killed process left; in a container the next one has the same number.
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, copy)
        finish(copy)
        with copy.open("rb") as written:
            os.fsync(written.fileno())
    except (OSError, sqlite3.Error, BackupError) as e:
        copy.unlink(missing_ok=True)
        raise BackupError(f"{source} was not copied: {e}") from e
    return copy


def _copy(source: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(copy)) as writing,
    ):
        reading.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        reading.backup(writing)
        # One self-contained file: the log beside it would be forgotten when it is carried away.
        writing.execute("PRAGMA journal_mode=DELETE")
        answers = [row[0] for row in writing.execute("PRAGMA integrity_check")]
        if answers != ["ok"]:
            raise BackupError(f"the copy is damaged: {'; '.join(answers[:3])}")


def _revision(file: Path) -> str | None:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return None if row is None else str(row[0])
