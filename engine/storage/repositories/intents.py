"""The journal's rows: intents with their steps, each step only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, union, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.execution.intents import Intent, IntentKind, IntentStep
from engine.execution.states import LIVE_STATES, IntentState
from engine.execution.unproven import FILLED_LATE, order_of
from engine.guards.guard import Guard, GuardState
from engine.positions import PositionKey, PositionKind
from engine.storage.readable import (
    Read,
    UnreadableRecordError,
    UnreadableRow,
    read_rows,
    readable_row,
    readable_rows,
)
from engine.storage.tables import GuardRow, IntentEventRow, IntentRow
from engine.typed_names import TOKENIZED

_FIELDS = tuple(field.name for field in fields(Intent))
#: With literals, word for word as in the index of live intents: parameters would keep SQLite from using it.
_LIVE = or_(
    col(IntentRow.finished_at).is_(None),
    col(IntentRow.state).in_([literal_column(f"'{state}'") for state in LIVE_STATES]),
)


class StaleIntentError(Exception):
    """An intent was changed by somebody else since it was read; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIntent:
    """An intent that ended with a fill."""

    intent: Intent
    #: The number of the step that says so.
    step: int


async def insert_intent(session: AsyncSession, intent: Intent) -> None:
    """Add a new intent."""
    session.add(IntentRow(**_values(intent)))
    await session.flush()


async def update_intent(session: AsyncSession, intent: Intent, *, expected: IntentState) -> None:
    """Change an intent that is still in the expected state.

    Raises:
        StaleIntentError: it is not.

    """
    changed = await session.exec(
        update(IntentRow)
        .where(col(IntentRow.intent_id) == intent.intent_id, col(IntentRow.state) == expected)
        .values(**_values(intent))
    )
    if changed.rowcount != 1:
        raise StaleIntentError(intent.intent_id)


async def insert_step(session: AsyncSession, step: IntentStep) -> int:
    """Add a step behind the intent's last one; return its number among all."""
    last = await session.exec(
        select(func.coalesce(func.max(col(IntentEventRow.seq)), -1)).where(
            col(IntentEventRow.intent_id) == step.intent_id
        )
    )
    row = IntentEventRow(
        intent_id=step.intent_id,
        seq=last.one() + 1,
        user_id=step.user_id,
        account_id=step.account_id,
        at=step.at,
        from_state=step.from_state,
        to_state=step.to_state,
        cause=step.cause,
        words=step.words,
    )
    session.add(row)
    await session.flush()
    return row.event_id


async def load_live_intents(session: AsyncSession) -> tuple[Intent, ...]:
    """Return every intent that is not over, oldest first."""
    live = select(IntentRow).where(_LIVE).order_by(col(IntentRow.created_at))
    return await readable_rows(session, live, _intent)


async def may_be_on_sale(session: AsyncSession, guard: Guard) -> bool:
    """Tell whether another order may be selling a guard's position, one that cannot be read or whose guard cannot.

    A second one might sell it twice.
    """
    # Two statements: SQLite would answer one with OR from the indexes of everything that ever ended.
    for theirs in (col(IntentRow.account_id) == guard.account_id, col(IntentRow.guard_id) == guard.guard_id):
        live = await read_rows(session, select(IntentRow).where(_LIVE, theirs), _intent)
        if any(_may_concern(row, guard) for row in live.unreadable):
            return True
    is_margin = guard.kind is PositionKind.MARGIN
    others = (
        select(IntentRow.intent_id)
        .join(GuardRow, col(GuardRow.guard_id) == col(IntentRow.guard_id))
        .where(
            _LIVE,
            col(IntentRow.account_id) == guard.account_id,
            col(IntentRow.asset) == guard.asset,
            col(IntentRow.reduce_only) == is_margin,
            col(GuardRow.guard_id) != guard.guard_id,
            col(GuardRow.state) != GuardState.CLOSED,
        )
    )
    if is_margin:
        others = others.where(col(IntentRow.symbol) == guard.symbol)
    return (await session.exec(others)).first() is not None


async def load_exits(
    session: AsyncSession, user_id: int, *, named: str | None = None, most: int
) -> tuple[Intent, ...]:
    """Return a user's latest exits, newest first; `named` is an asset or a pair in any letters."""
    wanted = select(IntentRow).where(
        col(IntentRow.user_id) == user_id, col(IntentRow.kind) == IntentKind.EXIT
    )
    if named is not None:
        asset, symbol = func.upper(col(IntentRow.asset)), func.upper(col(IntentRow.symbol))
        names = (named.upper(), (named + TOKENIZED).upper())
        wanted = wanted.where(or_(asset.in_(names), symbol.in_(names)))
    newest_first = wanted.order_by(col(IntentRow.created_at).desc(), col(IntentRow.intent_id))
    return await readable_rows(session, newest_first, _intent, most=most)


async def load_exit(session: AsyncSession, user_id: int, intent_id: str) -> Intent | None:
    """Return one exit of a user; None for those of others."""
    theirs = select(IntentRow).where(
        col(IntentRow.intent_id) == intent_id,
        col(IntentRow.user_id) == user_id,
        col(IntentRow.kind) == IntentKind.EXIT,
    )
    return await readable_row(session, theirs, _intent)


async def load_steps(session: AsyncSession, intent_id: str, *, first_seq: int = 0) -> tuple[IntentStep, ...]:
    """Return an intent's steps in order, from one of them on.

    Raises:
        UnreadableRecordError: one of them cannot be read, and what was sent and cancelled cannot be told without.

    """
    read = await _read_steps(session, intent_id, first_seq=first_seq)
    for row in read.unreadable:
        raise UnreadableRecordError(f"a step of its record cannot be read from the database: {row.why}")
    return read.readable


async def load_readable_steps(session: AsyncSession, intent_id: str) -> tuple[IntentStep, ...]:
    """Return those of an intent's steps that can be read, in order."""
    return (await _read_steps(session, intent_id, first_seq=0)).readable


async def load_last_step(
    session: AsyncSession, account_id: str, *, until: datetime, before_intent: str | None
) -> int:
    """Return the number of an account's last step that was written by a time, and before an intent's own; 0 of none."""
    wanted = select(func.max(IntentEventRow.event_id)).where(
        col(IntentEventRow.account_id) == account_id, col(IntentEventRow.at) <= until
    )
    if before_intent is not None:
        first = select(func.min(IntentEventRow.event_id)).where(
            col(IntentEventRow.intent_id) == before_intent
        )
        wanted = wanted.where(col(IntentEventRow.event_id) < first.scalar_subquery())
    return (await session.exec(wanted)).one() or 0


async def load_step_before(session: AsyncSession, account_id: str, guard_id: str, *, set_at: datetime) -> int:
    """Return the number of an account's last step before a guard was set, and so before its own orders."""
    by_time = await load_last_step(session, account_id, until=set_at, before_intent=None)
    own = await session.exec(
        select(func.min(IntentEventRow.event_id))
        .join(IntentRow, col(IntentRow.intent_id) == col(IntentEventRow.intent_id))
        .where(col(IntentRow.guard_id) == guard_id)
    )
    first = own.one() or by_time + 1
    return min(by_time, first - 1)


async def load_filled_after(session: AsyncSession, key: PositionKey, *, step: int) -> tuple[Decimal, ...]:
    """Return what each of our orders of a position filled that has a step of a higher number.

    Numbers tell the order of steps; their times are of whatever the clock was set to.
    """
    later = select(IntentEventRow.intent_id).where(
        col(IntentEventRow.account_id) == key.account_id,
        col(IntentEventRow.event_id) > step,
        # What another attempt of an exit filled late is no part of what the exit filled.
        col(IntentEventRow.cause) != FILLED_LATE,
    )
    ours = select(IntentRow).where(
        col(IntentRow.account_id) == key.account_id,
        col(IntentRow.asset) == key.asset,
        col(IntentRow.intent_id).in_(later),
    )
    found = await readable_rows(session, ours, _intent)
    return tuple(intent.filled_quantity for intent in found if intent.position == key)


async def load_last_step_of_all(session: AsyncSession) -> int:
    """Return the number of the last step that was written; 0 of none."""
    return (await session.exec(select(func.max(IntentEventRow.event_id)))).one() or 0


async def load_filled(session: AsyncSession, account_id: str, *, after: int) -> tuple[FilledIntent, ...]:
    """Return an account's intents that ended with a fill after a step, in the order in which they did."""
    return await _filled(session, account_id, col(IntentEventRow.event_id) > after)


async def load_filled_lately(
    session: AsyncSession, account_id: str, *, until: int, since: datetime
) -> tuple[FilledIntent, ...]:
    """Return what was filled by a step of which nothing but the stored time tells its age.

    The last of them is one, whatever its time.
    """
    by_then = col(IntentEventRow.event_id) <= until
    last = (
        select(func.max(IntentEventRow.event_id))
        .where(col(IntentEventRow.account_id) == account_id, _fills(), by_then)
        .scalar_subquery()
    )
    is_late = or_(col(IntentRow.finished_at) >= since, col(IntentEventRow.event_id) == last)
    return await _filled(session, account_id, by_then, is_late)


async def load_filled_sent_after(session: AsyncSession, account_id: str, *, step: int) -> tuple[Intent, ...]:
    """Return an account's filled intents whose order left after a step."""
    left = select(IntentEventRow.intent_id).where(
        col(IntentEventRow.account_id) == account_id,
        col(IntentEventRow.to_state) == IntentState.SENT,
        col(IntentEventRow.event_id) > step,
    )
    return tuple(
        filled.intent
        for filled in await _filled(
            session, account_id, col(IntentEventRow.event_id) > step, col(IntentRow.intent_id).in_(left)
        )
    )


async def load_without_fee(session: AsyncSession, account_id: str, *, most: int = 20) -> tuple[Intent, ...]:
    """Return an account's latest filled intents whose fee the venue had not booked yet."""
    filled = (
        select(IntentRow)
        .where(
            col(IntentRow.account_id) == account_id,
            col(IntentRow.state) == IntentState.FILLED,
            col(IntentRow.fee).is_(None),
            col(IntentRow.venue_order_id).is_not(None),
        )
        .order_by(col(IntentRow.created_at).desc())
    )
    return await readable_rows(session, filled, _intent, most=most)


async def book_fee(session: AsyncSession, intent_id: str, fee: Decimal, asset: str) -> None:
    """Write down a fee that was booked after the fill; nothing else of the intent changes."""
    await session.exec(
        update(IntentRow).where(col(IntentRow.intent_id) == intent_id).values(fee=fee, fee_asset=asset)
    )


async def load_order_ids(session: AsyncSession, account_id: str) -> frozenset[str]:
    """Return the venue's ids of every order of ours in an account, those of earlier attempts included."""
    last = select(col(IntentRow.venue_order_id)).where(
        col(IntentRow.account_id) == account_id, col(IntentRow.venue_order_id).is_not(None)
    )
    earlier = select(col(IntentEventRow.words)).where(
        col(IntentEventRow.account_id) == account_id,
        col(IntentEventRow.words).is_not(None),
        or_(
            col(IntentEventRow.to_state) == IntentState.ACCEPTED,
            col(IntentEventRow.cause) == FILLED_LATE,
        ),
    )
    both = union(last, earlier).subquery()
    return frozenset(order_of(words) for words in await session.exec(select(both.c[0])))


async def load_intents(session: AsyncSession, intent_ids: Sequence[str]) -> tuple[Intent, ...]:
    """Return the intents of these ids that can be read."""
    wanted = select(IntentRow).where(col(IntentRow.intent_id).in_(intent_ids))
    return await readable_rows(session, wanted, _intent)


async def _filled(
    session: AsyncSession, account_id: str, *conditions: ColumnElement[bool]
) -> tuple[FilledIntent, ...]:
    is_one = and_(
        col(IntentRow.account_id) == account_id,
        col(IntentRow.state) == IntentState.FILLED,
        _fills(),
        *conditions,
    )
    same = col(IntentEventRow.intent_id) == col(IntentRow.intent_id)
    filled = select(IntentRow).join(IntentEventRow, same).where(is_one).order_by(col(IntentEventRow.event_id))
    ends = select(IntentEventRow.intent_id, IntentEventRow.event_id).join(IntentRow, same).where(is_one)
    found = await readable_rows(session, filled, _intent)
    steps = dict((await session.exec(ends)).all())
    return tuple(FilledIntent(intent=intent, step=steps[intent.intent_id]) for intent in found)


def _fills() -> ColumnElement[bool]:
    """Pick the step that an intent was filled with; notes that follow it leave the state as it is."""
    return and_(
        col(IntentEventRow.to_state) == IntentState.FILLED,
        col(IntentEventRow.from_state).is_distinct_from(IntentState.FILLED),
    )


async def _read_steps(session: AsyncSession, intent_id: str, *, first_seq: int) -> Read[IntentStep]:
    steps = (
        select(IntentEventRow)
        .where(col(IntentEventRow.intent_id) == intent_id, col(IntentEventRow.seq) >= first_seq)
        .order_by(col(IntentEventRow.seq))
    )
    return await read_rows(session, steps, _step)


def _may_concern(row: UnreadableRow, guard: Guard) -> bool:
    is_same = (row.text("account_id"), row.text("asset")) == (guard.account_id, guard.asset)
    return is_same or row.text("guard_id") == guard.guard_id


def _step(row: IntentEventRow) -> IntentStep:
    return IntentStep(
        intent_id=row.intent_id,
        user_id=row.user_id,
        account_id=row.account_id,
        seq=row.seq,
        at=row.at,
        from_state=row.from_state,
        to_state=row.to_state,
        cause=row.cause,
        words=row.words or "",
    )


def _values(intent: Intent) -> dict[str, Any]:
    values = {name: getattr(intent, name) for name in _FIELDS}
    values["finished_at"] = intent.updated_at if intent.state.is_final else None
    return values


def _intent(row: IntentRow) -> Intent:
    return Intent(**{name: getattr(row, name) for name in _FIELDS})
