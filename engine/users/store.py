"""Users and their accounts; a row that cannot be read is written anew over what is left of it."""

from dataclasses import fields

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from engine.storage.readable import readable_row, readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row
from engine.users.accounts import StoredAccount
from engine.users.roles import Role, StoredUser
from engine.users.table import AccountRow, UserRow

_USER = tuple(field.name for field in fields(StoredUser))
_ACCOUNT = ("account_id", "user_id", "venue", "label", "origin", "created_at", "retired_at")


async def save_user(session: DatabaseSession, user: StoredUser) -> None:
    """Insert or update a user."""
    values = {name: getattr(user, name) for name in _USER}
    if not await is_stored(session, user.user_id):
        await insert_row(session, UserRow(**values))
    else:
        await session.exec(update(UserRow).where(col(UserRow.user_id) == user.user_id).values(**values))


async def is_stored(session: DatabaseSession, user_id: int) -> bool:
    """Return whether there is a row of a user, whether or not it can be read."""
    same = select(UserRow.user_id).where(col(UserRow.user_id) == user_id)
    return (await session.exec(same)).first() is not None


_ONE = Prepared(select(UserRow).where(col(UserRow.user_id) == bindparam("user_id")))


async def load_user(session: DatabaseSession, user_id: int) -> StoredUser | None:
    """Return a user, or None for strangers."""
    return await readable_row(session, _ONE, _user, user_id=user_id)


_EVERY = Prepared(select(UserRow).order_by(col(UserRow.created_at), col(UserRow.user_id)))


async def load_users(session: DatabaseSession) -> tuple[StoredUser, ...]:
    """Return every user, the removed ones too, in the order they came."""
    return await readable_rows(session, _EVERY, _user)


async def load_readers(session: DatabaseSession, user_id: int | None) -> tuple[int, ...]:
    """Return who is alerted to a row of a user: that user, or all owners where its user cannot be read."""
    users = await session.exec(select(UserRow.user_id))
    if user_id is not None and user_id in set(users):
        return (user_id,)
    owners = select(UserRow.user_id).where(col(UserRow.role) == Role.OWNER).order_by(col(UserRow.user_id))
    return tuple(await session.exec(owners))


async def save_account(session: DatabaseSession, account: StoredAccount) -> None:
    """Insert or update an account; which one it is at its venue is kept as it was last certain."""
    values = {name: getattr(account, name) for name in _ACCOUNT}
    same = col(AccountRow.account_id) == account.account_id
    if (await session.exec(select(AccountRow.account_id).where(same))).first() is None:
        await insert_row(session, AccountRow(**values, key_fingerprint=account.key_fingerprint))
    else:
        await session.exec(update(AccountRow).where(same).values(**values))


_OF_USER = Prepared(
    select(AccountRow)
    .where(col(AccountRow.user_id) == bindparam("user_id"))
    .order_by(col(AccountRow.created_at), col(AccountRow.account_id))
)


async def load_accounts(session: DatabaseSession, user_id: int) -> tuple[StoredAccount, ...]:
    """Return every account that a user has or had, the oldest first."""
    return await readable_rows(session, _OF_USER, _account, user_id=user_id)


def _account(row: AccountRow) -> StoredAccount:
    return StoredAccount(
        key_fingerprint=row.key_fingerprint, **{name: getattr(row, name) for name in _ACCOUNT}
    )


def _user(row: UserRow) -> StoredUser:
    return StoredUser(**{name: getattr(row, name) for name in _USER})
