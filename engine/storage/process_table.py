"""Which process may write, when the bot was watching, and which updates it has handled."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from engine.storage.base import Table, row_number
from engine.storage.columns import BIG_INTEGER, JsonText, UtcDateTime


class HandledUpdateRow(Table, table=True):
    """A Telegram update whose effect is already in the database."""

    __tablename__: ClassVar[str] = "handled_updates"

    update_id: int = Field(primary_key=True, sa_type=BIG_INTEGER, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class LeaseRow(Table, table=True):
    """Who holds a name; each new holder gets a higher epoch, and an older one may not write."""

    __tablename__: ClassVar[str] = "leases"

    name: str = Field(primary_key=True)
    owner: str
    epoch: int = Field(sa_type=BIG_INTEGER)
    acquired_at: datetime = Field(sa_type=UtcDateTime)
    heartbeat_at: datetime = Field(sa_type=UtcDateTime)


class ProcessRunRow(Table, table=True):
    """One life of the process; the time between two of them was not watched."""

    __tablename__: ClassVar[str] = "process_runs"

    run_id: int = row_number()
    started_at: datetime = Field(sa_type=UtcDateTime)
    last_guard_cycle_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: By guard id, its result as a fraction of its cost when it was seen last, and when that was.
    last_ratios: dict[str, Any] | None = Field(
        default=None, sa_type=JsonText, sa_column_kwargs={"name": "last_ratios_json"}
    )
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clean: bool
