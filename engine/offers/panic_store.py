"""A panic between its halt and its sales: written down with the halt, so that no stop of the process loses the sales."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from engine import wall_time
from engine.exits.manual_close import MANUAL_CLOSE_VALID
from engine.offers.confirmation import Confirmation
from engine.offers.table import ConfirmationRow
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared

_ACTION = "panic_sales"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panic:
    """What its owner confirmed: to sell everything."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedPanic:
    """A panic whose sales were not all begun."""

    confirmation_id: str
    user_id: int
    panic: Panic
    expires_at: datetime

    def is_open(self, now: datetime) -> bool:
        """Return whether its sales may still begin."""
        return wall_time.is_open(self.panic.at, self.expires_at, now)


#: Stored like a button that nobody sees: used up once its sales have begun.
_SALES = Confirmation(Panic, actions=(_ACTION,))
_UNFINISHED = Prepared(
    select(ConfirmationRow)
    .where(col(ConfirmationRow.action) == _ACTION, col(ConfirmationRow.used_at).is_(None))
    .order_by(col(ConfirmationRow.created_at))
)


async def save_unfinished(session: DatabaseSession, panic: Panic, *, user_id: int) -> UnfinishedPanic:
    """Write down that everything is to be sold."""
    confirmation_id = await _SALES.store(
        session, panic, user_id=user_id, action=_ACTION, now=panic.at, valid_for=MANUAL_CLOSE_VALID
    )
    return UnfinishedPanic(
        confirmation_id=confirmation_id,
        user_id=user_id,
        panic=panic,
        expires_at=panic.at + MANUAL_CLOSE_VALID,
    )


async def load_unfinished(session: DatabaseSession) -> tuple[UnfinishedPanic, ...]:
    """Return every panic whose sales were not all begun, oldest first."""
    return await readable_rows(session, _UNFINISHED, _unfinished)


async def finish(session: DatabaseSession, confirmation_id: str, *, now: datetime) -> None:
    """Note that the sales of a panic have begun, or will not begin any more."""
    await session.exec(
        update(ConfirmationRow)
        .where(col(ConfirmationRow.confirmation_id) == confirmation_id)
        .values(used_at=now)
    )


def _unfinished(row: ConfirmationRow) -> UnfinishedPanic:
    return UnfinishedPanic(
        confirmation_id=row.confirmation_id,
        user_id=row.user_id,
        panic=_SALES.read(row),
        expires_at=row.expires_at,
    )
