"""Which positions a question to their owner is still open about."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, select

from engine import wall_time
from engine.alerts.questions import ChoiceKind
from engine.model.holdings import PositionKey
from engine.offers.shown import GUARD_BUTTONS
from engine.offers.table import ConfirmationRow
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared

#: Older questions are no longer shown as open.
MOST_BUTTONS = 200

_NEWEST = Prepared(
    select(ConfirmationRow)
    .where(
        col(ConfirmationRow.user_id) == bindparam("user_id"),
        col(ConfirmationRow.action).in_(GUARD_BUTTONS.actions),
    )
    .order_by(col(ConfirmationRow.created_at).desc())
)


async def load_open_questions(
    session: DatabaseSession, user_id: int, now: datetime
) -> frozenset[PositionKey]:
    """Return which positions a question about a guard is open about.

    The buttons of one question were stored together, and each answers it for its own positions. A later
    question takes an earlier one's place.
    """
    return frozenset(await _load_open(session, user_id, now))


async def count_open_questions(session: DatabaseSession, user_id: int, now: datetime) -> int:
    """Return how many questions about guards wait for an answer."""
    return len(set((await _load_open(session, user_id, now)).values()))


async def _load_open(session: DatabaseSession, user_id: int, now: datetime) -> Mapping[PositionKey, datetime]:
    """Return when the question was put that is open about a position, of each there is one of."""
    found = await readable_rows(session, _NEWEST, _with_positions, most=MOST_BUTTONS, user_id=user_id)
    answered = _answered(found)
    latest = dict[PositionKey, datetime | None]()
    for row, positions in reversed(found):
        is_open = wall_time.is_open(row.created_at, row.expires_at, now)
        for key in positions:
            latest[key] = row.created_at if is_open and (row.created_at, key) not in answered else None
    return {key: at for key, at in latest.items() if at is not None}


async def load_open_choices(
    session: DatabaseSession, user_id: int, confirmation_id: str, *, now: datetime
) -> frozenset[str]:
    """Return the buttons beside a used one that still answer for another position; none when it was the last."""
    found = await readable_rows(session, _NEWEST, _with_positions, most=MOST_BUTTONS, user_id=user_id)
    shown_at = {row.created_at for row, _ in found if row.confirmation_id == confirmation_id}
    beside = [(row, positions) for row, positions in found if row.created_at in shown_at]
    answered = _answered(beside)
    left = [
        (row, any((row.created_at, key) not in answered for key in positions))
        for row, positions in beside
        if row.used_at is None and wall_time.is_open(row.created_at, row.expires_at, now)
    ]
    if not any(is_open for _, is_open in left):
        return frozenset()
    return frozenset(
        row.confirmation_id for row, is_open in left if is_open or row.action == ChoiceKind.CANCEL
    )


def _answered(
    found: Sequence[tuple[ConfirmationRow, tuple[PositionKey, ...]]],
) -> frozenset[tuple[datetime, PositionKey]]:
    """Return the positions that were answered for, each with the time of its question."""
    used = [(row, positions) for row, positions in found if row.used_at is not None]
    # What is chosen from is asked about anew, and Cancel names no position.
    whole = {row.created_at for row, positions in used if row.action == ChoiceKind.CHOOSE or not positions}
    return frozenset(
        (row.created_at, key)
        for row, positions in found
        for key in positions
        if row.used_at is not None or row.created_at in whole
    )


def _with_positions(row: ConfirmationRow) -> tuple[ConfirmationRow, tuple[PositionKey, ...]]:
    return row, GUARD_BUTTONS.read(row).positions
