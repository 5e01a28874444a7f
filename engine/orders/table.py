"""The journal of orders: written before anything leaves, one live exit per guard."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from engine.model.orders import CancelledOrder, Side
from engine.model.venues import Venue
from engine.orders.balance_verdict import SendBasis
from engine.orders.intents import IntentKind, StepNote, Trigger
from engine.orders.states import LIVE_STATES, IntentState
from engine.storage.base import Table, account_reference, row_number, user_reference
from engine.storage.columns import DecimalText, EnumText, UtcDateTime, ValueJson

LIVE_EXIT = text("kind = 'exit' AND finished_at IS NULL")
_UNFINISHED = ", ".join(f"'{state}'" for state in LIVE_STATES)
#: An order in an unknown state is over if it has an end time.
LIVE = text(f"finished_at IS NULL OR state IN ({_UNFINISHED})")


class IntentRow(Table, table=True):
    """An order to be placed, and how far it came."""

    __tablename__: ClassVar[str] = "intents"
    __table_args__ = (
        Index(
            "uq_intents_live_exit",
            "guard_id",
            unique=True,
            sqlite_where=LIVE_EXIT,
            postgresql_where=LIVE_EXIT,
        ),
        Index("ix_intents_live", "account_id", "created_at", sqlite_where=LIVE, postgresql_where=LIVE),
        Index(None, "account_id", "finished_at"),
        UniqueConstraint("client_order_id"),
    )

    intent_id: str = Field(primary_key=True)
    user_id: int = user_reference(index=True)
    account_id: str = account_reference()
    venue: Venue = Field(sa_type=EnumText(Venue))
    guard_id: str | None = Field(default=None, foreign_key="guards.guard_id", index=True)
    kind: IntentKind = Field(sa_type=EnumText(IntentKind))
    symbol: str
    asset: str
    side: Side = Field(sa_type=EnumText(Side))
    quantity: Decimal = Field(sa_type=DecimalText)
    reduce_only: bool
    leverage: int | None = None
    state: IntentState = Field(sa_type=EnumText(IntentState))
    attempt: int
    client_order_id: str
    venue_order_id: str | None = None
    trigger: Trigger | None = Field(
        default=None, sa_type=ValueJson(Trigger), sa_column_kwargs={"name": "trigger_json"}
    )
    filled_quantity: Decimal = Field(sa_type=DecimalText)
    cost: Decimal | None = Field(default=None, sa_type=DecimalText)
    fee: Decimal | None = Field(default=None, sa_type=DecimalText)
    fee_asset: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Set with the final state; what the one-live-exit index looks at.
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IntentEventRow(Table, table=True):
    """One step of an intent; only ever added to."""

    __tablename__: ClassVar[str] = "intent_events"
    __table_args__ = (UniqueConstraint("intent_id", "seq"),)

    event_id: int = row_number()
    intent_id: str = Field(foreign_key="intents.intent_id")
    seq: int
    user_id: int = user_reference()
    account_id: str = account_reference()
    at: datetime = Field(sa_type=UtcDateTime)
    from_state: IntentState | None = Field(default=None, sa_type=EnumText(IntentState))
    to_state: IntentState = Field(sa_type=EnumText(IntentState))
    cause: str
    words: str | None = None
    #: The reading that an attempt was based on which left with this step.
    basis: SendBasis | None = Field(
        default=None, sa_type=ValueJson(SendBasis), sa_column_kwargs={"name": "basis_json"}
    )
    note: StepNote | None = Field(default=None, sa_type=EnumText(StepNote))
    order_id: str | None = None
    attempt: int | None = None
    cancelled: CancelledOrder | None = Field(
        default=None, sa_type=ValueJson(CancelledOrder), sa_column_kwargs={"name": "cancelled_json"}
    )
