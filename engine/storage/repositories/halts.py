"""Whose entries are stopped."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from engine.storage.tables import HaltRow


async def save_halt(session: AsyncSession, user_id: int, *, since: datetime, by: str) -> None:
    """Stop a user's entries; one that is stopped already keeps its time."""
    if await session.get(HaltRow, user_id) is None:
        session.add(HaltRow(user_id=user_id, since=since, by=by))
        await session.flush()


async def delete_halt(session: AsyncSession, user_id: int) -> None:
    """Allow a user's entries again."""
    row = await session.get(HaltRow, user_id)
    if row is not None:
        await session.delete(row)


async def load_halt(session: AsyncSession, user_id: int) -> tuple[datetime, str] | None:
    """Return since when and by what a user's entries are stopped; None when they are allowed."""
    row = await session.get(HaltRow, user_id)
    return (row.since, row.by) if row else None
