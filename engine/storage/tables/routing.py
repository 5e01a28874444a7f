"""What trading costs where, and the routes that were decided from it."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from engine.storage.columns import DecimalText, EnumText, JsonText, UtcDateTime
from engine.storage.tables.base import Table, account_reference, row_number, user_reference
from engine.venues import Venue


class FeeQuoteRow(Table, table=True):
    """The taker fee an account pays for a symbol."""

    __tablename__: ClassVar[str] = "fee_quotes"

    account_id: str = account_reference(primary_key=True)
    symbol: str = Field(primary_key=True)
    user_id: int = user_reference()
    taker: Decimal = Field(sa_type=DecimalText)
    live: bool
    at: datetime = Field(sa_type=UtcDateTime)


class SpreadQuoteRow(Table, table=True):
    """The spread of a symbol at a venue, the same for everybody."""

    __tablename__: ClassVar[str] = "spread_quotes"

    venue: Venue = Field(primary_key=True, sa_type=EnumText(Venue))
    symbol: str = Field(primary_key=True)
    spread: Decimal = Field(sa_type=DecimalText)
    at: datetime = Field(sa_type=UtcDateTime)


class RouteRow(Table, table=True):
    """A routing decision with what it was asked and why it fell so."""

    __tablename__: ClassVar[str] = "routes"
    __table_args__ = (Index(None, "user_id", "decided_at"),)

    route_id: int = row_number()
    user_id: int = user_reference()
    account_id: str | None = account_reference(default=None)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    request: dict[str, Any] = Field(sa_type=JsonText, sa_column_kwargs={"name": "request_json"})
    decision: dict[str, Any] = Field(sa_type=JsonText, sa_column_kwargs={"name": "decision_json"})
