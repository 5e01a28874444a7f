"""Questions that wait for a button."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from engine.storage.base import Table, account_reference, user_reference
from engine.storage.columns import BIG_INTEGER, JsonText, UtcDateTime


class ConfirmationRow(Table, table=True):
    """A button that changes something: one user, one use, until it expires."""

    __tablename__: ClassVar[str] = "confirmations"

    confirmation_id: str = Field(primary_key=True)
    user_id: int = user_reference()
    account_id: str | None = account_reference(default=None)
    action: str
    params: dict[str, Any] = Field(sa_type=JsonText, sa_column_kwargs={"name": "params_json"})
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=BIG_INTEGER)
