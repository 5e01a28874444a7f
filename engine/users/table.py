"""Users, invites, accounts and sealed keys."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlmodel import Field

from engine.model.venues import Venue
from engine.storage.base import Table, account_reference, user_reference
from engine.storage.columns import BIG_INTEGER, DecimalText, EnumText, UtcDateTime
from engine.users.accounts import KeyOrigin
from engine.users.roles import Role


class UserRow(Table, table=True):
    """A user, by Telegram id."""

    __tablename__: ClassVar[str] = "users"

    user_id: int = Field(primary_key=True, sa_type=BIG_INTEGER, sa_column_kwargs={"autoincrement": False})
    role: Role = Field(sa_type=EnumText(Role))
    time_zone: str
    language: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    #: Of total equity, for a buy without a size; None is the usual part.
    trade_share: Decimal | None = Field(default=None, sa_type=DecimalText)
    #: What may be lost in a day before buys are kept back; None keeps none back.
    daily_loss_usd: Decimal | None = Field(default=None, sa_type=DecimalText)
    #: What they called themselves when they were let in; None for owners of the settings.
    name: str | None = None
    #: Set while they are answered no more.
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InviteRow(Table, table=True):
    """A link that lets one newcomer ask for a role, by the hash of its code."""

    __tablename__: ClassVar[str] = "invites"

    code_hash: str = Field(primary_key=True)
    #: The owner who made it.
    user_id: int = user_reference()
    role: Role = Field(sa_type=EnumText(Role))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    #: Nobody's number yet among the users.
    newcomer_id: int | None = Field(default=None, sa_type=BIG_INTEGER)
    newcomer_name: str | None = None
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccountRow(Table, table=True):
    """One user's account at one venue; retired ones stay for their history."""

    __tablename__: ClassVar[str] = "accounts"

    account_id: str = Field(primary_key=True)
    user_id: int = user_reference(index=True)
    venue: Venue = Field(sa_type=EnumText(Venue))
    label: str
    origin: KeyOrigin = Field(sa_type=EnumText(KeyOrigin))
    key_fingerprint: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: What the venue calls it; None where it does not report it, or was not queried yet.
    venue_account: str | None = None


class SealedKeyRow(Table, table=True):
    """One sealed field of an account's key."""

    __tablename__: ClassVar[str] = "sealed_keys"

    account_id: str = account_reference(primary_key=True)
    field: str = Field(primary_key=True)
    user_id: int = user_reference()
    kid: str
    sealed: str
    updated_at: datetime = Field(sa_type=UtcDateTime)
