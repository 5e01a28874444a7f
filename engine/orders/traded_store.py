"""Which intents traded since a moment: those that filled and go on or ended since, or were found filled since."""

from datetime import datetime

from sqlalchemy import and_, bindparam, or_
from sqlmodel import col, select

from engine.model.money import ZERO
from engine.orders.intents import Intent, IntentKind, StepNote
from engine.orders.store import build_intent
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.readable import Read, read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared

_FILLED_LATE = select(IntentEventRow.intent_id).where(
    col(IntentEventRow.user_id) == bindparam("user_id"),
    col(IntentEventRow.note) == StepNote.FILLED_LATE,
    col(IntentEventRow.at) >= bindparam("since"),
)
_TRADED_SINCE = Prepared(
    select(IntentRow)
    .where(
        col(IntentRow.user_id) == bindparam("user_id"),
        col(IntentRow.kind) == bindparam("kind"),
        or_(
            and_(
                # As text: the same number written otherwise is among them.
                col(IntentRow.filled_quantity) != ZERO,
                or_(col(IntentRow.finished_at).is_(None), col(IntentRow.finished_at) >= bindparam("since")),
            ),
            col(IntentRow.intent_id).in_(_FILLED_LATE),
        ),
    )
    .order_by(col(IntentRow.created_at), col(IntentRow.intent_id))
)


async def read_traded(
    session: DatabaseSession, user_id: int, kind: IntentKind, *, since: datetime
) -> Read[Intent]:
    """Return a user's intents of a kind that traded since a moment, and those that cannot be read."""
    return await read_rows(session, _TRADED_SINCE, build_intent, user_id=user_id, kind=kind, since=since)
