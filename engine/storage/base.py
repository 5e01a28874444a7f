"""What all tables share: named constraints and the references to users and accounts."""

from typing import Any, ClassVar

from sqlalchemy import ForeignKey, MetaData
from sqlmodel import Field, SQLModel

from engine.storage.columns import BIG_INTEGER

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Base of every table; a constraint without a name could not be changed later on SQLite."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


def user_reference(**options: Any) -> Any:
    """Build the column of a row's owner; it follows when an owner moves to another Telegram id."""
    owner = ForeignKey("users.user_id", onupdate="CASCADE")
    return Field(sa_type=BIG_INTEGER, sa_column_args=[owner], **options)


def account_reference(**options: Any) -> Any:
    """Build the column of a row's account."""
    return Field(foreign_key="accounts.account_id", **options)


def row_number(**options: Any) -> Any:
    """Build a primary key that the database counts up itself."""
    return Field(default=None, primary_key=True, sa_type=BIG_INTEGER, **options)
