"""Alerts on their way to their readers."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from engine.alerts.kinds import AlertKind, AlertState
from engine.storage.base import Table, account_reference, row_number, user_reference
from engine.storage.columns import BIG_INTEGER, OpenEnumText, UtcDateTime


class AlertRow(Table, table=True):
    """An alert to a user; written with the event it reports."""

    __tablename__: ClassVar[str] = "alerts"
    __table_args__ = (Index(None, "state", "chat_id"), UniqueConstraint("dedup_key"))

    alert_id: int = row_number()
    user_id: int = user_reference()
    account_id: str | None = account_reference(default=None)
    chat_id: int = Field(sa_type=BIG_INTEGER)
    #: Members, or those of a newer version.
    kind: str = Field(sa_type=OpenEnumText(AlertKind))
    data: str = Field(sa_type=Text, sa_column_kwargs={"name": "data_json"})
    critical: bool
    dedup_key: str
    state: str = Field(sa_type=OpenEnumText(AlertState))
    attempts: int
    #: When it may leave next; None once it will not leave again.
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=BIG_INTEGER)
    last_error: str | None = None
