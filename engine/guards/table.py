"""Guards with their history, and the assets whose owner is asked about guarding them."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from engine.guards.guard import AtTarget, GuardSource, GuardState
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKind
from engine.model.venues import Venue
from engine.storage.base import Table, account_reference, row_number, user_reference
from engine.storage.columns import BIG_INTEGER, DecimalText, EnumText, OpenEnumText, UtcDateTime


class GuardRow(Table, table=True):
    """A guarded quantity of a position."""

    __tablename__: ClassVar[str] = "guards"
    __table_args__ = (Index(None, "account_id", "state"),)

    guard_id: str = Field(primary_key=True)
    user_id: int = user_reference(index=True)
    account_id: str = account_reference()
    venue: Venue = Field(sa_type=EnumText(Venue))
    kind: PositionKind = Field(sa_type=EnumText(PositionKind))
    direction: Direction = Field(sa_type=EnumText(Direction))
    asset: str
    symbol: str
    quantity: Decimal = Field(sa_type=DecimalText)
    cost: Decimal = Field(sa_type=DecimalText)
    currency: str
    threshold: Decimal = Field(sa_type=DecimalText)
    source: GuardSource = Field(sa_type=EnumText(GuardSource))
    state: GuardState = Field(sa_type=EnumText(GuardState))
    reason: str | None = Field(
        default=None, sa_type=OpenEnumText(GuardReason), sa_column_kwargs={"name": "state_reason"}
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    leverage: int | None = None
    venue_entry: Decimal | None = Field(default=None, sa_type=DecimalText)
    seen_quantity: Decimal | None = Field(default=None, sa_type=DecimalText)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: The last step of our orders that what was seen certainly includes, by its row number.
    seen_step: int | None = Field(default=None, sa_type=BIG_INTEGER)
    #: When it was seen on the venue's own clock, which outlasts a wrong one of ours.
    seen_venue_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: What the quantity cost its owner, where `cost` counts from the price of a day.
    paid: Decimal | None = Field(default=None, sa_type=DecimalText)
    detail: str = Field(default="", sa_column_kwargs={"server_default": ""})
    #: Gain on cost, as a fraction, at which all of it is sold.
    target: Decimal | None = Field(default=None, sa_type=DecimalText)
    #: How far its stop trails behind the price, as a fraction, and the price at which that is now.
    trail: Decimal | None = Field(default=None, sa_type=DecimalText)
    stop: Decimal | None = Field(default=None, sa_type=DecimalText)
    at_target: AtTarget = Field(
        default=AtTarget.SELL, sa_type=EnumText(AtTarget), sa_column_kwargs={"server_default": AtTarget.SELL}
    )


class GuardEventRow(Table, table=True):
    """One change of a guard; only ever added to."""

    __tablename__: ClassVar[str] = "guard_events"

    event_id: int = row_number()
    guard_id: str = Field(foreign_key="guards.guard_id", index=True)
    user_id: int = user_reference()
    account_id: str = account_reference()
    at: datetime = Field(sa_type=UtcDateTime)
    what: str
    quantity_before: Decimal = Field(sa_type=DecimalText)
    quantity_after: Decimal = Field(sa_type=DecimalText)
    cost_after: Decimal = Field(sa_type=DecimalText)
    cause: str


class KnownAssetRow(Table, table=True):
    """An asset seen in an account, and its owner's answer about it."""

    __tablename__: ClassVar[str] = "known_assets"

    account_id: str = account_reference(primary_key=True)
    asset: str = Field(primary_key=True)
    user_id: int = user_reference()
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str | None = None
