"""How far a database has come, noted beside it: an older copy that is put in its place is behind that note."""

import os
import re
from pathlib import Path

import structlog

from engine.storage.backup import database_file

#: Written over in place, so that a full disk has room for it; always as long.
_LENGTH = 20
#: More than is counted in a thousand years: such a note is damaged.
_MOST = 10**15
#: On the folder too, which a copy of all of its files does not reach.
_ATTRIBUTE = "user.nija.high-water"

log = structlog.get_logger(__name__)


class HighWaterNote:
    """The note of one database. It may be missing or behind, never ahead of what is committed."""

    def __init__(self, database: Path) -> None:
        self._file = database.with_name(f"{database.name}.high-water")
        self._attribute = f"{_ATTRIBUTE}.{database.name}"
        self._is_warned = False

    def read(self) -> int | None:
        """Return the highest number that was noted; None where there is none, or none that can be read."""
        notes = [self._read_file(), self._read_folder()]
        return max((number for note in notes if (number := _parsed(note)) is not None), default=None)

    def write(self, number: int) -> None:
        """Note that the database has come this far; where that fails, older copies are noticed less well."""
        note = str(number).rjust(_LENGTH, "0").encode()
        try:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, note, 0)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._warn(error)
        self._write_folder(note)

    def _read_file(self) -> bytes:
        try:
            return self._file.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            self._warn(error)
            return b""

    # Not every file system and not every system has them.
    def _read_folder(self) -> bytes:
        try:
            return os.getxattr(self._file.parent, self._attribute)
        except (OSError, AttributeError):
            return b""

    def _write_folder(self, note: bytes) -> None:
        try:
            os.setxattr(self._file.parent, self._attribute, note)
        except (OSError, AttributeError):
            return

    def _warn(self, error: OSError) -> None:
        if not self._is_warned:
            log.warning("how far the database has come is not noted beside it", why=error.strerror)
        self._is_warned = True


def high_water_note(database_url: str) -> HighWaterNote | None:
    """Return the note of a database in a file; None for any other."""
    file = database_file(database_url)
    return HighWaterNote(file) if file else None


def _parsed(note: bytes) -> int | None:
    if not re.fullmatch(rb"[0-9]{20}", note):
        return None
    return number if (number := int(note)) < _MOST else None
