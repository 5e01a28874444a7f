"""Which sales ended: the latest of an asset, in the order of the journal's steps, and all since a moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_
from sqlmodel import col, select

from engine.model.typed_names import TOKENIZED
from engine.orders.intents import Intent, IntentKind, StepNote
from engine.orders.states import ENDED_UNFILLED, IntentState
from engine.orders.store import LIVE, build_intent
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.readable import Read, read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class LastExit:
    """The latest sale of an asset."""

    is_under_way: bool = False
    #: When its end was written down; None while it is under way, or where that cannot be read.
    ended_at: datetime | None = None


_OF_USER = (col(IntentRow.user_id) == bindparam("user_id"), col(IntentRow.kind) == IntentKind.EXIT)
_OF_ASSET = (
    *_OF_USER,
    func.upper(col(IntentRow.asset)).in_(bindparam("names", expanding=True)),
)
_LIVE = select(IntentRow.intent_id).where(*_OF_ASSET, LIVE).limit(1)
_FROM, _TO, _NOTE = col(IntentEventRow.from_state), col(IntentEventRow.to_state), col(IntentEventRow.note)
#: Notes that follow the end leave the state as it is.
_IS_FILLED = and_(_TO == IntentState.FILLED, or_(_FROM.is_(None), _FROM != IntentState.FILLED))
#: Not filled in full, and sold all the same: ended after a part was filled, or found filled after its end.
_IS_SOLD_OTHERWISE = or_(
    and_(_FROM == IntentState.PARTLY_FILLED, _TO.in_(ENDED_UNFILLED)), _NOTE == StepNote.FILLED_LATE
)
_SOLD_LAST = Prepared(
    select(IntentRow)
    .join(IntentEventRow, col(IntentEventRow.intent_id) == col(IntentRow.intent_id))
    .where(*_OF_ASSET, or_(_IS_FILLED, _IS_SOLD_OTHERWISE))
    .order_by(col(IntentEventRow.event_id).desc())
    .limit(1),
    sold_at=col(IntentEventRow.at),
)


async def load_last_exit(session: DatabaseSession, user_id: int, asset: str) -> LastExit | None:
    """Return the latest sale of an asset, or of a part of it, at any account of a user; None where it was never sold."""
    names = [asset.upper(), (asset + TOKENIZED).upper()]
    if (await session.send(_LIVE, user_id=user_id, names=names)).first() is not None:
        return LastExit(is_under_way=True)
    found = await read_rows(session, _SOLD_LAST, _ended, user_id=user_id, names=names)
    return next(iter((*found.readable, *(LastExit() for _ in found.unreadable))), None)


def _ended(row: Any) -> LastExit:
    return LastExit(ended_at=row.sold_at)


_FILLED_SINCE = Prepared(
    select(IntentRow).where(
        *_OF_USER,
        col(IntentRow.state) == IntentState.FILLED,
        col(IntentRow.finished_at) >= bindparam("since"),
    )
)


async def load_filled_exits(session: DatabaseSession, user_id: int, *, since: datetime) -> Read[Intent]:
    """Return a user's exits that filled since a moment, and those of them that cannot be read."""
    return await read_rows(session, _FILLED_SINCE, build_intent, user_id=user_id, since=since)
