"""Routing decisions that were made."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from engine.storage.base import Table, account_reference, row_number, user_reference
from engine.storage.columns import JsonText, UtcDateTime


class RouteRow(Table, table=True):
    """A routing decision with its request and its reasons."""

    __tablename__: ClassVar[str] = "routes"
    __table_args__ = (Index(None, "user_id", "decided_at"),)

    route_id: int = row_number()
    user_id: int = user_reference()
    account_id: str | None = account_reference(default=None)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    request: dict[str, Any] = Field(sa_type=JsonText, sa_column_kwargs={"name": "request_json"})
    decision: dict[str, Any] = Field(sa_type=JsonText, sa_column_kwargs={"name": "decision_json"})
