"""A question with a button: what it showed is stored, and returned once, in time, to the user it was shown to."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import bindparam, update
from sqlmodel import col, select

from engine import wall_time
from engine.clock import Clock
from engine.offers.outcomes import Nothing, Rejected
from engine.offers.table import ConfirmationRow
from engine.storage.database import Database
from engine.storage.readable import parsing, readable_row
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row

#: 16 characters, 96 bits: short enough for callback data, too many to guess.
_ID_BYTES = 12

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Generic[T]):
    """A press that counts: who pressed which button, and what that had shown."""

    user_id: int
    action: str
    shown: T


_ONE = Prepared(
    select(ConfirmationRow).where(col(ConfirmationRow.confirmation_id) == bindparam("confirmation_id"))
)


class Confirmation(Generic[T]):
    """One kind of question: its buttons, by their actions, and the type of what they show.

    The type is also the stored format; rows outlive an update, so its fields may only be added to, with a default.
    """

    def __init__(self, shown: type[T], *, actions: Iterable[str]) -> None:
        self._shown = TypeAdapter(shown)
        self.actions = frozenset(actions)

    async def store(
        self,
        session: DatabaseSession,
        shown: T,
        *,
        user_id: int,
        action: str,
        now: datetime,
        valid_for: timedelta,
    ) -> str:
        """Store what a button shows and return its id."""
        confirmation_id = secrets.token_urlsafe(_ID_BYTES)
        await insert_row(
            session,
            ConfirmationRow(
                confirmation_id=confirmation_id,
                user_id=user_id,
                action=action,
                params=self._shown.dump_python(shown, mode="json"),
                created_at=now,
                expires_at=now + valid_for,
            ),
        )
        return confirmation_id

    def read(self, row: ConfirmationRow) -> T:
        """Return what a stored button showed.

        Raises:
            UnreadableValueError: the row is damaged.

        """
        with parsing():
            return self._shown.validate_python(row.params)

    async def confirm(
        self, database: Database, confirmation_id: str, *, user_id: int, clock: Clock
    ) -> Confirmed[T] | Nothing:
        """Use a button up and return what it showed, or why the press does not count."""
        async with database.write() as session:
            taken = await self.use(session, confirmation_id, user_id=user_id, now=clock.now())
        return Nothing(why=taken) if isinstance(taken, Rejected) else taken

    async def use(
        self, session: DatabaseSession, confirmation_id: str, *, user_id: int, now: datetime
    ) -> Confirmed[T] | Rejected:
        """Use a button of this kind up within a transaction: for its own user, once, before it expires."""
        found = await readable_row(session, _ONE, self._with_shown, confirmation_id=confirmation_id)
        if found is None:
            return Rejected.UNKNOWN
        row, shown = found
        if row.user_id != user_id:
            return Rejected.NOT_YOURS
        if row.used_at is not None:
            return Rejected.USED
        if not wall_time.is_open(row.created_at, row.expires_at, now):
            return Rejected.EXPIRED
        used = await session.exec(
            update(ConfirmationRow)
            .where(
                col(ConfirmationRow.confirmation_id) == confirmation_id,
                col(ConfirmationRow.used_at).is_(None),
            )
            .values(used_at=now)
        )
        if used.rowcount != 1:
            return Rejected.USED
        return Confirmed(user_id=user_id, action=row.action, shown=shown)

    def _with_shown(self, row: ConfirmationRow) -> tuple[ConfirmationRow, T] | None:
        """Return a button of this kind; what another kind showed has another type."""
        return (row, self.read(row)) if row.action in self.actions else None
