"""Sealed fields of accounts' keys, which only the vault can open."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, replace_row
from engine.users.table import SealedKeyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """One sealed field of an account's key; only the vault can read it."""

    account_id: str
    user_id: int
    #: What the field is called where it was sealed, like `api_secret`.
    field: str
    #: The master key it was sealed with.
    kid: str
    sealed: str
    updated_at: datetime


async def save_sealed_key(session: DatabaseSession, key: SealedKey) -> None:
    """Insert or replace one sealed field."""
    await replace_row(
        session,
        SealedKeyRow(
            account_id=key.account_id,
            field=key.field,
            user_id=key.user_id,
            kid=key.kid,
            sealed=key.sealed,
            updated_at=key.updated_at,
        ),
    )


_EVERY = Prepared(select(SealedKeyRow).order_by(col(SealedKeyRow.account_id), col(SealedKeyRow.field)))


async def load_sealed_keys(session: DatabaseSession) -> tuple[SealedKey, ...]:
    return await readable_rows(session, _EVERY, _sealed_key)


def _sealed_key(row: SealedKeyRow) -> SealedKey:
    return SealedKey(
        account_id=row.account_id,
        user_id=row.user_id,
        field=row.field,
        kid=row.kid,
        sealed=row.sealed,
        updated_at=row.updated_at,
    )
