"""What accounts were worth over time, and the latest reading of each."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from engine.accounts.snapshot import UserBrokerState
from engine.model.holdings import AccountReport
from engine.storage.base import Table, account_reference, row_number, user_reference
from engine.storage.columns import DecimalText, UtcDateTime, ValueJson


class SnapshotRow(Table, table=True):
    """One account's figures at one moment; thinned with age."""

    __tablename__: ClassVar[str] = "snapshots"
    __table_args__ = (Index(None, "account_id", "taken_at"),)

    snapshot_id: int = row_number()
    account_id: str = account_reference()
    user_id: int = user_reference()
    taken_at: datetime = Field(sa_type=UtcDateTime)
    total_equity_usd: Decimal = Field(sa_type=DecimalText)
    available_usd: Decimal = Field(sa_type=DecimalText)
    locked_in_positions_usd: Decimal = Field(sa_type=DecimalText)
    held_usd: Decimal = Field(sa_type=DecimalText)
    complete: bool


class AccountStateRow(Table, table=True):
    """The latest reading of an account, and the latest try when it failed."""

    __tablename__: ClassVar[str] = "account_states"

    account_id: str = account_reference(primary_key=True)
    user_id: int = user_reference(index=True)
    report: AccountReport | None = Field(
        default=None, sa_type=ValueJson(AccountReport), sa_column_kwargs={"name": "report_json"}
    )
    state: UserBrokerState = Field(
        sa_type=ValueJson(UserBrokerState), sa_column_kwargs={"name": "state_json"}
    )
    last_updated: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_attempt: datetime = Field(sa_type=UtcDateTime)
    last_error: str | None = None
