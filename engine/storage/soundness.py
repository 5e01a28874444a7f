"""Reading a whole SQLite file once: damage to a page is found before the page is needed."""

import asyncio
import sqlite3
from pathlib import Path

from engine.storage.connecting import uninterrupted


async def find_damaged_pages(file: Path) -> tuple[str, ...]:
    """Return what SQLite's quick check complains about; empty means sound. Cancelling ends the check at once."""
    opening = asyncio.to_thread(sqlite3.connect, file, check_same_thread=False)
    connection = await uninterrupted(opening, undo=_close)
    checking = asyncio.ensure_future(asyncio.to_thread(_check, connection))
    try:
        return await asyncio.shield(checking)
    except asyncio.CancelledError:
        connection.interrupt()
        await asyncio.wait({checking})
        raise
    finally:
        await uninterrupted(_close(connection))


async def _close(connection: sqlite3.Connection) -> None:
    # The last connection of a file writes the whole log back, which may take a while.
    await asyncio.to_thread(connection.close)


def _check(connection: sqlite3.Connection) -> tuple[str, ...]:
    try:
        found = connection.execute("PRAGMA quick_check").fetchall()
    except sqlite3.OperationalError:
        # Of the disk, of another program or of a check that was ended: not of the file.
        raise
    except sqlite3.DatabaseError as error:
        return (str(error),)
    return tuple(str(row[0]) for row in found if row[0] != "ok")
