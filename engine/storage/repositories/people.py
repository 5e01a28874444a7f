"""Users and their accounts."""

from sqlmodel.ext.asyncio.session import AsyncSession

from engine.people.accounts import StoredAccount
from engine.storage.records import User
from engine.storage.tables import AccountRow, UserRow


async def save_user(session: AsyncSession, user: User) -> None:
    """Insert or update a user."""
    await session.merge(
        UserRow(
            user_id=user.user_id,
            role=user.role,
            time_zone=user.time_zone,
            language=user.language,
            usual_trade_usd=user.usual_trade_usd,
            created_at=user.created_at,
        )
    )
    await session.flush()


async def load_user(session: AsyncSession, user_id: int) -> User | None:
    """Return a user, or None for strangers."""
    row = await session.get(UserRow, user_id)
    return _user(row) if row else None


async def save_account(session: AsyncSession, account: StoredAccount) -> None:
    """Insert or update an account; which one it is at its venue is kept as it was last certain."""
    known = await session.get(AccountRow, account.account_id)
    await session.merge(
        AccountRow(
            account_id=account.account_id,
            user_id=account.user_id,
            venue=account.venue,
            label=account.label,
            origin=account.origin,
            key_fingerprint=known.key_fingerprint if known else account.key_fingerprint,
            created_at=account.created_at,
            retired_at=account.retired_at,
            venue_account=known.venue_account if known else None,
        )
    )
    await session.flush()


def _user(row: UserRow) -> User:
    return User(
        user_id=row.user_id,
        role=row.role,
        time_zone=row.time_zone,
        language=row.language,
        usual_trade_usd=row.usual_trade_usd,
        created_at=row.created_at,
    )
