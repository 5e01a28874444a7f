"""The steps of the journal's intents, each only ever added."""

from datetime import datetime

from sqlalchemy import bindparam, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from engine.orders.intents import IntentStep
from engine.orders.step_cause import cause_of
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.compiled import Compiled
from engine.storage.readable import Read, UnreadableRecordError, read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, plain_table

_STEPS = plain_table(IntentEventRow)
_NEXT_SEQ = select_columns(func.coalesce(func.max(_STEPS.c.seq), -1) + 1).where(
    _STEPS.c.intent_id == bindparam("of_intent")
)
_ADD = Compiled(insert(_STEPS).values(seq=_NEXT_SEQ.scalar_subquery()))


async def insert_step(session: DatabaseSession, step: IntentStep) -> int:
    """Add a step behind the intent's last one; return its number among all."""
    added = await session.change(
        _ADD,
        of_intent=step.intent_id,
        intent_id=step.intent_id,
        user_id=step.user_id,
        account_id=step.account_id,
        at=step.at,
        from_state=step.from_state,
        to_state=step.to_state,
        cause=step.cause,
        words=step.detail,
        basis_json=step.basis,
        note=step.note,
        order_id=step.order_id,
        attempt=step.attempt,
        cancelled_json=step.cancelled,
    )
    return added.lastrowid or 0


async def load_steps(
    session: DatabaseSession, intent_id: str, *, first_seq: int = 0
) -> tuple[IntentStep, ...]:
    """Return an intent's steps in order, from one of them on.

    Raises:
        UnreadableRecordError: one of them cannot be read, and what was sent and cancelled cannot be reported without.

    """
    read = await _read_steps(session, intent_id, first_seq=first_seq)
    for row in read.unreadable:
        raise UnreadableRecordError(f"a step of its record cannot be read from the database: {row.why}")
    return read.readable


async def load_readable_steps(session: DatabaseSession, intent_id: str) -> tuple[IntentStep, ...]:
    """Return those of an intent's steps that can be read, in order."""
    return (await _read_steps(session, intent_id, first_seq=0)).readable


_LAST_OF_ALL = select(func.max(col(IntentEventRow.event_id)))


async def load_last_step_of_all(session: DatabaseSession) -> int:
    """Return the number of the last step that was written; 0 of none."""
    return (await session.send(_LAST_OF_ALL)).scalar_one() or 0


_LAST = _LAST_OF_ALL.where(
    col(IntentEventRow.account_id) == bindparam("account_id"), col(IntentEventRow.at) <= bindparam("until")
)
_FIRST_OF_INTENT = select_columns(func.min(_STEPS.c.event_id)).where(
    _STEPS.c.intent_id == bindparam("before_intent")
)
_LAST_BEFORE_INTENT = _LAST.where(col(IntentEventRow.event_id) < _FIRST_OF_INTENT.scalar_subquery())


async def load_first_step(session: DatabaseSession, intent_id: str) -> int | None:
    """Return the number of an intent's first step; None where it has none."""
    first = (await session.send(_FIRST_OF_INTENT, before_intent=intent_id)).scalar_one()
    return None if first is None else int(first)


async def load_last_step(
    session: DatabaseSession, account_id: str, *, until: datetime, before_intent: str | None
) -> int:
    """Return the number of an account's last step that was written by a time, and before an intent's own; 0 of none."""
    if before_intent is None:
        last = await session.send(_LAST, account_id=account_id, until=until)
    else:
        last = await session.send(
            _LAST_BEFORE_INTENT, account_id=account_id, until=until, before_intent=before_intent
        )
    return last.scalar_one() or 0


_FIRST_OF_GUARD = (
    select(func.min(col(IntentEventRow.event_id)))
    .join(IntentRow, col(IntentRow.intent_id) == col(IntentEventRow.intent_id))
    .where(col(IntentRow.guard_id) == bindparam("guard_id"))
)


async def load_step_before(
    session: DatabaseSession, account_id: str, guard_id: str, *, set_at: datetime
) -> int:
    """Return the number of an account's last step before a guard was set, and so before its own orders."""
    by_time = await load_last_step(session, account_id, until=set_at, before_intent=None)
    own = await session.send(_FIRST_OF_GUARD, guard_id=guard_id)
    first = own.scalar_one() or by_time + 1
    return min(by_time, first - 1)


_OF_INTENT = Prepared(
    select(IntentEventRow)
    .where(
        col(IntentEventRow.intent_id) == bindparam("intent_id"),
        col(IntentEventRow.seq) >= bindparam("first_seq"),
    )
    .order_by(col(IntentEventRow.seq))
)


async def _read_steps(session: DatabaseSession, intent_id: str, *, first_seq: int) -> Read[IntentStep]:
    return await read_rows(session, _OF_INTENT, _step, intent_id=intent_id, first_seq=first_seq)


def _step(row: IntentEventRow) -> IntentStep:
    return IntentStep(
        intent_id=row.intent_id,
        user_id=row.user_id,
        account_id=row.account_id,
        seq=row.seq,
        at=row.at,
        from_state=row.from_state,
        to_state=row.to_state,
        cause=cause_of(row.cause),
        detail=row.words or "",
        basis=row.basis,
        note=row.note,
        order_id=row.order_id,
        attempt=row.attempt,
        cancelled=row.cancelled,
    )
