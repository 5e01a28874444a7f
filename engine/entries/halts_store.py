"""Whose entries are stopped."""

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlmodel import col, select

from engine.entries.halts_table import HaltRow
from engine.storage.readable import read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row


async def save_halt(session: DatabaseSession, user_id: int, *, since: datetime, by: str) -> None:
    """Stop a user's entries; one that is stopped already keeps its time."""
    same = select(HaltRow.user_id).where(col(HaltRow.user_id) == user_id)
    if (await session.exec(same)).first() is None:
        await insert_row(session, HaltRow(user_id=user_id, since=since, by=by))


async def delete_halt(session: DatabaseSession, user_id: int) -> None:
    """Allow a user's entries again."""
    await session.exec(delete(HaltRow).where(col(HaltRow.user_id) == user_id))


_HALT = Prepared(select(HaltRow).where(col(HaltRow.user_id) == bindparam("user_id")))


async def load_halt(session: DatabaseSession, user_id: int) -> tuple[datetime | None, str] | None:
    """Return since when and by what a user's entries are stopped, as far as it can be read; None when they are allowed."""
    read = await read_rows(session, _HALT, lambda row: (row.since, row.by), user_id=user_id)
    # Stopped they are, even where nobody can read since when.
    unknown = [(None, row.text("by")) for row in read.unreadable]
    return next(iter((*read.readable, *unknown)), None)
