"""Create and claim confirmations: whoever presses first and in time acts, once."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from engine import wall_time
from engine.offers.table import ConfirmationRow
from engine.storage.readable import readable_row
from engine.storage.statements import Prepared, insert_row

#: 16 characters, 96 bits: short enough for callback data, too many to guess.
_ID_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The press counts: carry the action out."""

    action: str
    params: dict[str, Any]


class Rejected(StrEnum):
    """Why a press does not count; each value is the sentence for the chat."""

    UNKNOWN = "This button is not known any more; nothing was done. Ask again with the command."
    NOT_YOURS = "This button belongs to somebody else; nothing was done."
    USED = "This button was already used; nothing was done again."
    EXPIRED = "This button has expired; nothing was done. Ask again with the command."


async def create_confirmation(
    session: AsyncSession,
    *,
    user_id: int,
    action: str,
    params: dict[str, Any],
    now: datetime,
    expires_at: datetime,
    account_id: str | None = None,
) -> str:
    """Store what a button means and return its id."""
    confirmation_id = secrets.token_urlsafe(_ID_BYTES)
    await insert_row(
        session,
        ConfirmationRow(
            confirmation_id=confirmation_id,
            user_id=user_id,
            account_id=account_id,
            action=action,
            params=params,
            created_at=now,
            expires_at=expires_at,
        ),
    )
    return confirmation_id


_ONE = Prepared(
    select(ConfirmationRow).where(col(ConfirmationRow.confirmation_id) == bindparam("confirmation_id"))
)


async def claim_confirmation(
    session: AsyncSession, confirmation_id: str, *, actions: Collection[str], user_id: int, now: datetime
) -> Claimed | Rejected:
    """Use a confirmation of one of these actions up, for its own user, once, before it expires."""
    row = await readable_row(session, _ONE, lambda found: found, confirmation_id=confirmation_id)
    if row is None or row.action not in actions:
        return Rejected.UNKNOWN
    if row.user_id != user_id:
        return Rejected.NOT_YOURS
    if row.used_at is not None:
        return Rejected.USED
    if not wall_time.is_open(row.created_at, row.expires_at, now):
        return Rejected.EXPIRED
    used = await session.exec(
        update(ConfirmationRow)
        .where(
            col(ConfirmationRow.confirmation_id) == confirmation_id, col(ConfirmationRow.used_at).is_(None)
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:
        return Rejected.USED
    return Claimed(action=row.action, params=row.params)
