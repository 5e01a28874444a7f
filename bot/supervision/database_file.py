"""The database's file under a running bot: what is written to a removed one is lost at the next start."""

import sqlite3
from pathlib import Path

from bot.supervision.file_identity import identity_of


class DatabaseReplacedError(sqlite3.OperationalError):
    """The file is not the one that was opened."""


class DatabaseFile:
    """Remembers which file was opened, and notices when another one or none is in its place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = identity_of(path)

    def check(self) -> None:
        """Raise DatabaseReplacedError when the file was removed or replaced."""
        if identity_of(self._path) != self._opened:
            raise DatabaseReplacedError(f"{self._path} was removed or replaced")
