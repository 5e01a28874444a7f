"""Fills as the venues report them, and how far back each account was read."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from engine.model.orders import Side
from engine.storage.base import Table, account_reference, user_reference
from engine.storage.columns import DecimalText, EnumText, UtcDateTime


class FillRow(Table, table=True):
    """One trade of an account; seen twice it is still one."""

    __tablename__: ClassVar[str] = "fills"
    __table_args__ = (Index(None, "account_id", "base", "at"), Index(None, "account_id", "venue_order_id"))

    account_id: str = account_reference(primary_key=True)
    trade_id: str = Field(primary_key=True)
    user_id: int = user_reference()
    venue_order_id: str
    symbol: str
    base: str
    quote: str
    side: Side = Field(sa_type=EnumText(Side))
    price: Decimal = Field(sa_type=DecimalText)
    quantity: Decimal = Field(sa_type=DecimalText)
    fee: Decimal | None = Field(default=None, sa_type=DecimalText)
    fee_asset: str
    at: datetime = Field(sa_type=UtcDateTime)
    margin: bool
    seen_at: datetime = Field(sa_type=UtcDateTime)
    #: USD for one unit of what was paid with; only requested where a position was paid for in several.
    usd_rate: Decimal | None = Field(default=None, sa_type=DecimalText)


class FillCursorRow(Table, table=True):
    """Where reading an account's history backwards goes on."""

    __tablename__: ClassVar[str] = "fill_cursors"

    account_id: str = account_reference(primary_key=True)
    user_id: int = user_reference()
    cursor: str | None = None
    complete: bool
    updated_at: datetime = Field(sa_type=UtcDateTime)
