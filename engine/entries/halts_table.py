"""Users for whom entries are stopped."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from engine.storage.base import Table, user_reference
from engine.storage.columns import UtcDateTime


class HaltRow(Table, table=True):
    """A user whose entries are stopped; without a row they are allowed."""

    __tablename__: ClassVar[str] = "halts"

    user_id: int = user_reference(primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: datetime = Field(sa_type=UtcDateTime)
    #: Where the halt was ordered: `chat` or `server`.
    by: str
