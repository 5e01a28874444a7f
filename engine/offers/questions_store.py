"""Which positions a question to their owner is still open about."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from engine import wall_time
from engine.model.holdings import PositionKey
from engine.offers.offers import ChoiceKind
from engine.offers.table import ConfirmationRow
from engine.storage.readable import parsing, readable_rows
from engine.storage.statements import Prepared

#: Older questions are no longer shown as open.
MOST_BUTTONS = 200

_keys = TypeAdapter(tuple[PositionKey, ...])


_NEWEST = Prepared(
    select(ConfirmationRow)
    .where(
        col(ConfirmationRow.user_id) == bindparam("user_id"),
        col(ConfirmationRow.action).in_(tuple(ChoiceKind)),
    )
    .order_by(col(ConfirmationRow.created_at).desc())
)


async def load_asked(session: AsyncSession, user_id: int, *, now: datetime) -> frozenset[PositionKey]:
    """Return which positions a question about a guard is open about.

    The buttons of one question were stored together, and one of them answers it. A later question takes an
    earlier one's place.
    """
    found = await readable_rows(session, _NEWEST, _with_positions, most=MOST_BUTTONS, user_id=user_id)
    answered = {row.created_at for row, _ in found if row.used_at is not None}
    asked = dict[PositionKey, bool]()
    for row, positions in reversed(found):
        is_open = row.created_at not in answered and wall_time.is_open(row.created_at, row.expires_at, now)
        asked.update(dict.fromkeys(positions, is_open))
    return frozenset(key for key, is_open in asked.items() if is_open)


def _with_positions(row: ConfirmationRow) -> tuple[ConfirmationRow, tuple[PositionKey, ...]]:
    with parsing():
        return row, _keys.validate_python(row.params.get("positions"))
