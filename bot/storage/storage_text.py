"""What a disk or a database that cannot be used means, in a sentence for the owner instead of a traceback."""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError

_PRIMARY = 0xFF
_FULL = "The disk is full, so nothing more was done. Make room on the disk of NIJA_DATA_DIR and start again."
_NOT_OURS = (
    "The data dir cannot be written: it is read-only or belongs to somebody else. Check NIJA_DATA_DIR, its owner and "
    "its file system, then start again."
)
_TAKES_NO_MORE = (
    "The disk does not take what is written: it is full, a limit is reached or it fails. Make room on the disk of "
    "NIJA_DATA_DIR and start again; if there is room, check the disk."
)
_DISK_FAILS = (
    "The disk does not read or write what it should. Check it, then put a backup back with nija restore FILE."
)
_DAMAGED = (
    "The database is damaged. Put a backup in its place with nija restore FILE; copies made before migrations are in "
    "the folder backups of the data dir."
)
_HELD = "Another program holds the database. Close it, then try again."

_BY_DATABASE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _NOT_OURS,
    sqlite3.SQLITE_CANTOPEN: _NOT_OURS,
    sqlite3.SQLITE_PERM: _NOT_OURS,
    sqlite3.SQLITE_IOERR: _DISK_FAILS,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
}
#: What SQLite calls an input/output error and is one of writing: of a full disk too, where it needs a shared-memory
#: file that does not fit any more (https://sqlite.org/rescode.html#ioerr).
_WRITING = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMMAP,
    }
)
_BY_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _TAKES_NO_MORE,
    errno.EROFS: _NOT_OURS,
    errno.EACCES: _NOT_OURS,
    errno.EPERM: _NOT_OURS,
    errno.EIO: _DISK_FAILS,
}


def storage_sentence(error: BaseException) -> str | None:
    """Return what the owner must see to; None for an error of another kind. No statement or value is shown."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(storage_sentence, error.exceptions)), None)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        sentence = _of_database(code)
        return f"{sentence} ({cause})" if sentence else None
    if isinstance(cause, OSError) and not isinstance(cause, ConnectionError):
        sentence = _BY_SYSTEM.get(cause.errno or 0)
        return f"{sentence} ({cause.strerror})" if sentence else None
    return None


def disk_sentence(error: BaseException | None) -> str | None:
    """Return what the owner must see to on a disk; None for an error of another kind, or of the database itself."""
    sentence = storage_sentence(error) if error is not None else None
    return None if sentence is None or sentence.startswith((_DAMAGED, _HELD)) else sentence


def _of_database(code: int | None) -> str | None:
    if code is None:
        return None
    return _TAKES_NO_MORE if code in _WRITING else _BY_DATABASE.get(code & _PRIMARY)
