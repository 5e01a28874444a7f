"""The durable counter of each key."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from engine.storage.base import Table, account_reference, user_reference
from engine.storage.columns import BIG_INTEGER, UtcDateTime


class NonceRow(Table, table=True):
    """The last number issued for one API key; never deleted. Written by engine.nonce alone."""

    __tablename__: ClassVar[str] = "nonces"

    key_hash: str = Field(primary_key=True)
    user_id: int | None = user_reference(default=None, nullable=True)
    account_id: str | None = account_reference(default=None)
    last_nonce: int = Field(sa_type=BIG_INTEGER)
    issued_count: int = Field(sa_type=BIG_INTEGER)
    updated_at: datetime = Field(sa_type=UtcDateTime)
