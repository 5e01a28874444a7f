"""Critical alerts on their way to the owner's second address."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from engine.alerts.kinds import PostState
from engine.storage.base import Table
from engine.storage.columns import BIG_INTEGER, OpenEnumText, UtcDateTime


class AlertPostRow(Table, table=True):
    """What became of an alert at the second address; those above the highest have not been there yet."""

    __tablename__: ClassVar[str] = "alert_posts"

    #: Of an alert; zero where there was none when the address was set, so that it refers to none.
    alert_id: int = Field(primary_key=True, sa_type=BIG_INTEGER, sa_column_kwargs={"autoincrement": False})
    state: str = Field(sa_type=OpenEnumText(PostState))
    refusals: int
    at: datetime = Field(sa_type=UtcDateTime)
    last_error: str | None = None
