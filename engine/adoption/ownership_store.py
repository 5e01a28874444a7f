"""Whose an account is: every row about it belongs to the same user."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from engine.alerts.table import AlertRow
from engine.entries import halts_store as halts
from engine.offers.table import ConfirmationRow
from engine.storage.session import DatabaseSession
from engine.tables import metadata
from engine.users.table import AccountRow

_OF_ACCOUNTS = [table for table in metadata.sorted_tables if {"account_id", "user_id"} <= set(table.c.keys())]


async def load_owner(session: DatabaseSession, account_id: str) -> int | None:
    """Return whose an account is; None for one that is not known yet."""
    owner = select(AccountRow.user_id).where(col(AccountRow.account_id) == account_id)
    return (await session.exec(owner)).first()


async def move_account(session: DatabaseSession, account_id: str, *, to: int) -> None:
    """Give an account to another user with all that is known of it; unsent alerts go along."""
    await session.exec(
        update(AlertRow)
        .where(col(AlertRow.account_id) == account_id, col(AlertRow.not_before).is_not(None))
        .values(chat_id=to)
    )
    for table in _OF_ACCOUNTS:
        await session.exec(update(table).where(table.c.account_id == account_id).values(user_id=to))


async def move_questions(session: DatabaseSession, user_id: int, *, to: int) -> None:
    """Let another user press the buttons that nobody has pressed yet; most name no single account."""
    await session.exec(
        update(ConfirmationRow)
        .where(col(ConfirmationRow.user_id) == user_id, col(ConfirmationRow.used_at).is_(None))
        .values(user_id=to)
    )


async def move_alerts(session: DatabaseSession, user_id: int, *, to: int) -> None:
    """Move a user's unsent alerts to another user."""
    await session.exec(
        update(AlertRow)
        .where(col(AlertRow.user_id) == user_id, col(AlertRow.not_before).is_not(None))
        .values(user_id=to, chat_id=to)
    )


async def copy_halt(session: DatabaseSession, user_id: int, *, to: int, now: datetime) -> None:
    """Keep entries stopped for the new owner where the former one had stopped them."""
    stopped = await halts.load_halt(session, user_id)
    if stopped is not None:
        await halts.save_halt(session, to, since=now, by=stopped[1])
