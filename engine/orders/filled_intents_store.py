"""Which of the journal's intents filled, and since when."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from engine.model.holdings import PositionKey
from engine.model.money import ZERO, exact
from engine.model.movements import BOOKED_LATER_RATIO
from engine.orders.intents import Intent, IntentKind, StepNote
from engine.orders.states import IntentState
from engine.orders.store import build_intent
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.readable import Read, read_rows, readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, plain_table

_STEP = col(IntentEventRow.event_id)
_STEPS = plain_table(IntentEventRow)
_OF_ACCOUNT = col(IntentRow.account_id) == bindparam("account_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIntent:
    """An intent that ended with a fill."""

    intent: Intent
    #: The number of the step that says so.
    step: int


def _fills(to_state: Any, from_state: Any) -> ColumnElement[bool]:
    """Pick the step that an intent was filled with; notes that follow it leave the state as it is."""
    return and_(to_state == IntentState.FILLED, from_state.is_distinct_from(IntentState.FILLED))


_FILLED = (
    select(IntentRow)
    .join(IntentEventRow, col(IntentEventRow.intent_id) == col(IntentRow.intent_id))
    .where(
        _OF_ACCOUNT,
        col(IntentRow.state) == IntentState.FILLED,
        _fills(col(IntentEventRow.to_state), col(IntentEventRow.from_state)),
    )
    .order_by(_STEP)
)
_FILLED_AFTER = Prepared(_FILLED.where(bindparam("after") < _STEP), step=_STEP)


async def load_filled(session: DatabaseSession, account_id: str, *, after: int) -> tuple[FilledIntent, ...]:
    """Return an account's intents that ended with a fill after a step, in the order in which they did."""
    return (await read_filled(session, account_id, after=after)).readable


async def read_filled(session: DatabaseSession, account_id: str, *, after: int) -> Read[FilledIntent]:
    """Return the same, and those of them that cannot be read."""
    return await read_rows(session, _FILLED_AFTER, _filled, account_id=account_id, after=after)


_LAST_FILLED_BY_THEN = select_columns(func.max(_STEPS.c.event_id)).where(
    _STEPS.c.account_id == bindparam("account_id"),
    _fills(_STEPS.c.to_state, _STEPS.c.from_state),
    _STEPS.c.event_id <= bindparam("after"),
)
_FILLED_LATELY = Prepared(
    _FILLED.where(
        or_(
            bindparam("after") < _STEP,
            col(IntentRow.finished_at) >= bindparam("since"),
            _LAST_FILLED_BY_THEN.scalar_subquery() == _STEP,
        )
    ),
    step=_STEP,
)


async def load_filled_lately(
    session: DatabaseSession, account_id: str, *, after: int, since: datetime
) -> tuple[FilledIntent, ...]:
    """Return what was filled after a step, and before it what only its stored time dates.

    The last of these is one, whatever its time.
    """
    return await readable_rows(
        session, _FILLED_LATELY, _filled, account_id=account_id, after=after, since=since
    )


_LEFT_AFTER = select_columns(_STEPS.c.intent_id).where(
    _STEPS.c.account_id == bindparam("account_id"),
    _STEPS.c.to_state == IntentState.SENT,
    _STEPS.c.event_id > bindparam("after"),
)
_FILLED_SENT_AFTER = Prepared(
    _FILLED.where(bindparam("after") < _STEP, col(IntentRow.intent_id).in_(_LEFT_AFTER))
)


async def load_filled_sent_after(
    session: DatabaseSession, account_id: str, *, step: int
) -> tuple[Intent, ...]:
    """Return an account's filled intents whose order left after a step."""
    return await readable_rows(session, _FILLED_SENT_AFTER, build_intent, account_id=account_id, after=step)


_FILL_STATES = (IntentState.PARTLY_FILLED, IntentState.FILLED)
_IS_FILL = and_(_STEPS.c.note.is_(None), _STEPS.c.to_state.in_(_FILL_STATES))
#: The order of an attempt that was given up; what it sold is no part of what its intent filled.
_IS_LATE_FILL = _STEPS.c.note == StepNote.FILLED_LATE


def _with_step_after(is_wanted: ColumnElement[bool]) -> Prepared[IntentRow]:
    """Pick the intents on an asset that have such a step of a higher number."""
    # Numbers tell the order of steps; their times are of whatever the clock was set to.
    after = select_columns(_STEPS.c.intent_id).where(
        _STEPS.c.account_id == bindparam("account_id"), _STEPS.c.event_id > bindparam("after"), is_wanted
    )
    return Prepared(
        select(IntentRow).where(
            _OF_ACCOUNT, col(IntentRow.asset) == bindparam("asset"), col(IntentRow.intent_id).in_(after)
        )
    )


_WITH_FILL_AFTER = _with_step_after(_IS_FILL)
_WITH_ANY_FILL_AFTER = _with_step_after(or_(_IS_FILL, _IS_LATE_FILL))


async def load_changes_after(session: DatabaseSession, key: PositionKey, *, step: int) -> tuple[Decimal, ...]:
    """Return by how much each of our orders that filled after a step changed a position, late fills left out.

    Of a purchase whose fee is not booked yet, what that may take is left out too.
    """
    return tuple(map(_change, await _of_position(session, _WITH_FILL_AFTER, key, step)))


async def has_changed_after(session: DatabaseSession, key: PositionKey, *, step: int) -> bool:
    """Return whether an order of ours filled after a step in a position, or was found to have filled before."""
    return bool(await _of_position(session, _WITH_ANY_FILL_AFTER, key, step))


async def has_bought_after(session: DatabaseSession, key: PositionKey, *, step: int) -> bool:
    """Return whether a buy of ours filled, or a part of it, after a step in a position."""
    filled = await _of_position(session, _WITH_FILL_AFTER, key, step)
    return any(intent.kind is IntentKind.ENTRY for intent in filled)


async def _of_position(
    session: DatabaseSession, filled: Prepared[IntentRow], key: PositionKey, step: int
) -> tuple[Intent, ...]:
    found = await readable_rows(
        session, filled, build_intent, account_id=key.account_id, asset=key.asset, after=step
    )
    return tuple(intent for intent in found if intent.position == key)


def _change(intent: Intent) -> Decimal:
    # A leveraged position is counted without a sign, and what reduces a short one is a purchase.
    if intent.reduce_only:
        return -intent.filled_quantity
    change = intent.change_of(intent.asset)
    with exact():
        return change * (1 - BOOKED_LATER_RATIO) if intent.fee is None and change > ZERO else change


def _filled(row: Any) -> FilledIntent:
    return FilledIntent(intent=build_intent(row), step=row.step)
