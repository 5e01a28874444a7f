"""What accounts on paper own, and their orders and fills."""

from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from engine.brokers.paper.ledger import Fill, Order
from engine.model.orders import OrderStatus
from engine.storage.base import Table, account_reference, user_reference
from engine.storage.columns import BIG_INTEGER, DecimalText, EnumText, ValueJson


class PaperBalanceRow(Table, table=True):
    """How much of one asset there is, what orders hold of it included."""

    __tablename__: ClassVar[str] = "paper_balances"

    account_id: str = account_reference(primary_key=True)
    asset: str = Field(primary_key=True)
    user_id: int = user_reference()
    total: Decimal = Field(sa_type=DecimalText)


class PaperOrderRow(Table, table=True):
    """One order as it stands."""

    __tablename__: ClassVar[str] = "paper_orders"
    __table_args__ = (Index(None, "account_id", "client_order_id"), Index(None, "account_id", "status"))

    account_id: str = account_reference(primary_key=True)
    order_id: str = Field(primary_key=True)
    user_id: int = user_reference()
    client_order_id: str | None = None
    status: OrderStatus = Field(sa_type=EnumText(OrderStatus))
    placed: Order = Field(sa_type=ValueJson(Order))


class PaperFillRow(Table, table=True):
    """One execution; their numbers rise in the order in which they happened."""

    __tablename__: ClassVar[str] = "paper_fills"
    __table_args__ = (Index(None, "account_id", "order_id"),)

    number: int | None = Field(default=None, primary_key=True, sa_type=BIG_INTEGER)
    account_id: str = account_reference()
    user_id: int = user_reference()
    order_id: str
    executed: Fill = Field(sa_type=ValueJson(Fill))
