"""Invites as rows: made, opened once, answered once."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, update
from sqlmodel import col, select

from engine.storage.readable import readable_row, readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row
from engine.users.invites import Invite, Newcomer
from engine.users.table import InviteRow


async def add_invite(session: DatabaseSession, invite: Invite) -> None:
    """Write a new invite down."""
    await insert_row(
        session,
        InviteRow(
            code_hash=invite.code_hash,
            user_id=invite.user_id,
            role=invite.role,
            created_at=invite.created_at,
            expires_at=invite.expires_at,
        ),
    )


_ONE = Prepared(select(InviteRow).where(col(InviteRow.code_hash) == bindparam("code_hash")))


async def load_invite(session: DatabaseSession, code_hash: str) -> Invite | None:
    """Return an invite; None where there is none, or it cannot be read."""
    return await readable_row(session, _ONE, _invite, code_hash=code_hash)


_UNANSWERED = Prepared(
    select(InviteRow).where(col(InviteRow.answered_at).is_(None)).order_by(col(InviteRow.created_at))
)


async def load_unanswered(session: DatabaseSession) -> tuple[Invite, ...]:
    """Return the invites that no owner has answered for yet, opened or not, the oldest first."""
    return await readable_rows(session, _UNANSWERED, _invite)


async def save_opened(session: DatabaseSession, invite: Invite, newcomer: Newcomer, *, now: datetime) -> None:
    """Write down who opened an invite."""
    opened = {"newcomer_id": newcomer.user_id, "newcomer_name": newcomer.name, "opened_at": now}
    await session.exec(update(InviteRow).where(_is(invite)).values(**opened))


async def save_answered(session: DatabaseSession, invite: Invite, *, now: datetime) -> None:
    """Write down that an owner has answered."""
    await session.exec(update(InviteRow).where(_is(invite)).values(answered_at=now))


async def delete_invites(session: DatabaseSession, *, before: datetime) -> None:
    """Forget the invites of before a moment."""
    await session.exec(delete(InviteRow).where(col(InviteRow.created_at) < before))


def _is(invite: Invite) -> ColumnElement[bool]:
    return col(InviteRow.code_hash) == invite.code_hash


def _invite(row: InviteRow) -> Invite:
    newcomer = None
    if row.newcomer_id is not None:
        newcomer = Newcomer(user_id=row.newcomer_id, name=row.newcomer_name or "")
    return Invite(
        code_hash=row.code_hash,
        user_id=row.user_id,
        role=row.role,
        created_at=row.created_at,
        expires_at=row.expires_at,
        newcomer=newcomer,
        opened_at=row.opened_at,
        answered_at=row.answered_at,
    )
