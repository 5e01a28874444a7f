"""Fees and spreads as they were last seen."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlmodel import Field

from engine.model.venues import Venue
from engine.storage.base import Table, account_reference, user_reference
from engine.storage.columns import DecimalText, EnumText, UtcDateTime


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
