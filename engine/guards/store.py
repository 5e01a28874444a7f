"""Guards and their history."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from engine.guards.comparison import SHOWN_LATE_WITHIN
from engine.guards.guard import Guard, GuardState, Seen
from engine.guards.table import GuardEventRow, GuardRow
from engine.model.holdings import PositionKey
from engine.model.money import ZERO
from engine.orders import steps_store as steps
from engine.storage.compiled import Compiled
from engine.storage.readable import Read, parsing, read_rows, readable_row, readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import (
    Prepared,
    attributes,
    insert_row,
    insert_values,
    plain_table,
)

_FIELDS = tuple(field.name for field in fields(Guard))
#: The name in a session's `info` of the guards it has written, by id, as they are then.
_CHANGED = "changed guards"
#: Whatever is not surely closed: an unknown state may be of a guard that has to be watched.
_OPEN = col(GuardRow.state) != GuardState.CLOSED

_GUARD = Prepared(select(GuardRow).where(col(GuardRow.guard_id) == bindparam("guard_id")))
_OPEN_OF_ACCOUNT = Prepared(
    select(GuardRow)
    .where(col(GuardRow.account_id) == bindparam("account_id"), _OPEN)
    .order_by(col(GuardRow.created_at), col(GuardRow.guard_id))
)
_OPEN_OF_ALL = Prepared(select(GuardRow).where(_OPEN).order_by(col(GuardRow.guard_id)))
_GUARDS = plain_table(GuardRow).c
_SEEN = Compiled(
    select_columns(
        _GUARDS.account_id,
        _GUARDS.created_at,
        _GUARDS.seen_quantity,
        _GUARDS.seen_at,
        _GUARDS.seen_step,
        _GUARDS.seen_venue_at,
    ).where(_GUARDS.guard_id == bindparam("guard_id"))
)
_CHANGE = Compiled(update(plain_table(GuardRow)).where(_GUARDS.guard_id == bindparam("this_guard")))


class StaleGuardError(Exception):
    """A guard was changed by somebody else since it was read; nothing was written."""


async def save_guard(
    session: DatabaseSession, guard: Guard, *, was: Guard | None, now: datetime, cause: str
) -> None:
    """Change a guard that still is as it `was`, or insert one that was not there; add it to the guard's history.

    Raises:
        StaleGuardError: it is not as it was.

    """
    if was is not None:
        await check_guard(session, was)
        await _write_guard(session, guard, was=was, now=now, cause=cause, values=_changes(guard, was=was))
        return
    if await load_guard(session, guard.guard_id) is not None:
        raise StaleGuardError(guard.guard_id)
    # What was done by now was done before it was set, whatever the clock is set to later.
    step = await steps.load_last_step_of_all(session)
    values = {name: getattr(guard, name) for name in _FIELDS}
    await insert_row(session, GuardRow(**values, updated_at=now, seen_step=step))
    _note_changed(session, guard)
    await _add_event(session, guard, was=None, now=now, cause=cause)


async def check_guard(session: DatabaseSession, was: Guard) -> None:
    """Make sure that a guard still is as it was, and stays so within this transaction.

    Raises:
        StaleGuardError: it is not.

    """
    if await readable_row(session, _GUARD, _guard, guard_id=was.guard_id) != was:
        raise StaleGuardError(was.guard_id)


async def overwrite_guard(
    session: DatabaseSession, guard: Guard, *, was: Guard, now: datetime, cause: str
) -> None:
    """Write a guard over whatever its row holds, and be it unreadable."""
    values = {column: getattr(guard, name) for name, column in _columns()}
    await _write_guard(session, guard, was=was, now=now, cause=cause, values=values)


async def _write_guard(
    session: DatabaseSession,
    guard: Guard,
    *,
    was: Guard,
    now: datetime,
    cause: str,
    values: Mapping[str, object],
) -> None:
    await session.change(_CHANGE, this_guard=guard.guard_id, updated_at=now, **values)
    _note_changed(session, guard)
    await _add_event(session, guard, was=was, now=now, cause=cause)


def _changes(guard: Guard, *, was: Guard) -> Mapping[str, object]:
    """Return the values that differ, by column: SQLite writes the index of each column that it is given."""
    return {
        column: getattr(guard, name)
        for name, column in _columns()
        if getattr(guard, name) != getattr(was, name)
    }


@cache
def _columns() -> tuple[tuple[str, str], ...]:
    return tuple((name, column.name) for name, column in attributes(GuardRow) if name in _FIELDS)


def changed_guards(session: DatabaseSession) -> tuple[Guard, ...]:
    """Return the guards that a transaction has written, as they are then; true once it has committed."""
    return tuple(session.info.get(_CHANGED, {}).values())


def _note_changed(session: DatabaseSession, guard: Guard) -> None:
    session.info.setdefault(_CHANGED, {})[guard.guard_id] = guard


async def _add_event(
    session: DatabaseSession, guard: Guard, *, was: Guard | None, now: datetime, cause: str
) -> None:
    await insert_values(
        session,
        GuardEventRow,
        guard_id=guard.guard_id,
        user_id=guard.user_id,
        account_id=guard.account_id,
        at=now,
        what=guard.state,
        quantity_before=ZERO if was is None else was.quantity,
        quantity_after=guard.quantity,
        cost_after=guard.cost,
        cause=cause,
    )


async def load_guard(session: DatabaseSession, guard_id: str) -> Guard | None:
    """Return a guard, closed ones included."""
    return await readable_row(session, _GUARD, _guard, guard_id=guard_id)


async def load_open_guards(session: DatabaseSession, account_id: str) -> tuple[Guard, ...]:
    """Return an account's guards that are not closed, oldest first."""
    return (await read_open_guards(session, account_id)).readable


async def read_open_guards(session: DatabaseSession, account_id: str) -> Read[Guard]:
    """Return the same, and those of them that cannot be read."""
    return await read_rows(session, _OPEN_OF_ACCOUNT, _guard, account_id=account_id)


async def load_open_with_seen(
    session: DatabaseSession, account_id: str
) -> tuple[tuple[Guard, Seen | None], ...]:
    """Return an account's guards that are not closed, oldest first, each with what was last seen of its position."""
    return await readable_rows(session, _OPEN_OF_ACCOUNT, _with_seen, account_id=account_id)


async def load_open_guard(session: DatabaseSession, key: PositionKey) -> Guard | None:
    """Return the guard of a position that is not closed."""
    for guard in await load_open_guards(session, key.account_id):
        if guard.key == key:
            return guard
    return None


async def note_seen(
    session: DatabaseSession,
    guard_id: str,
    seen: Seen,
    *,
    before_intent: str | None = None,
) -> None:
    """Remember how much of a guard's position was there; this is no change of the guard.

    `before_intent` is an order of ours that it was seen before, whatever the clock was set to meanwhile.
    """
    row = await _load_seen_row(session, guard_id)
    if row is None:
        return
    seen_step = row.seen_step
    if seen_step is None or row.seen_quantity != seen.quantity:
        # The same quantity under another time is still of the same moment.
        included = await _included_step(session, row.account_id, seen, before_intent)
        # Readings come in order: what an earlier one included, a later one does. The first may be older than the guard.
        seen_step = included if row.seen_quantity is None else max(included, seen_step or 0)
    await session.change(
        _CHANGE,
        this_guard=guard_id,
        seen_quantity=seen.quantity,
        seen_at=seen.at,
        seen_step=seen_step,
        seen_venue_at=seen.venue_at,
    )


async def load_seen_step(session: DatabaseSession, guard_id: str) -> int:
    """Return the last step of our orders that what was seen of a guard's position certainly includes.

    What was never seen since it was guarded includes what was done before.
    """
    row = await _load_seen_row(session, guard_id)
    return 0 if row is None else await _seen_step(session, guard_id, row)


async def load_seen_with_step(session: DatabaseSession, guard_id: str) -> tuple[Seen, int] | None:
    """Return what was last seen of a guard's position, and the last step that it certainly includes."""
    row = await _load_seen_row(session, guard_id)
    seen = None if row is None else _seen(row)
    return None if seen is None else (seen, await _seen_step(session, guard_id, row))


async def _seen_step(session: DatabaseSession, guard_id: str, row: Any) -> int:
    if row.seen_step is not None:
        return int(row.seen_step)
    seen = _seen(row)
    if seen is None:
        # Set by a version that did not note the step.
        return await steps.load_step_before(session, row.account_id, guard_id, set_at=row.created_at)
    return await _included_step(session, row.account_id, seen)


async def _included_step(
    session: DatabaseSession, account_id: str, seen: Seen, before_intent: str | None = None
) -> int:
    if seen.step is not None:
        first = await steps.load_first_step(session, before_intent) if before_intent else None
        return seen.step if first is None else min(seen.step, first - 1)
    # What a venue showed right after a sale may be of before it: such a sale is not included.
    until = seen.at - SHOWN_LATE_WITHIN
    return await steps.load_last_step(session, account_id, until=until, before_intent=before_intent)


async def _load_seen_row(session: DatabaseSession, guard_id: str) -> Any:
    """Return what a guard's row says of what was seen; None without a row."""
    return next(iter(await session.fetch(_SEEN, guard_id=guard_id)), None)


async def load_seen(session: DatabaseSession, guard_id: str) -> Seen | None:
    """Return how much of a guard's position was there when it was last seen; None when it never was."""
    row = await _load_seen_row(session, guard_id)
    return None if row is None else _seen(row)


_CHANGED_AT = select(col(GuardRow.updated_at)).where(col(GuardRow.guard_id) == bindparam("guard_id"))


async def load_changed_at(session: DatabaseSession, guard_id: str) -> datetime | None:
    """Return when a guard was changed last; None when there is none."""
    return (await session.send(_CHANGED_AT, guard_id=guard_id)).scalar_one_or_none()


async def load_watched(session: DatabaseSession) -> tuple[Guard, ...]:
    """Return every guard that is not closed, of all accounts."""
    return await readable_rows(session, _OPEN_OF_ALL, _guard)


def _guard(row: GuardRow) -> Guard:
    values = {name: getattr(row, name) for name in _FIELDS}
    # Each value may be one of its column's, and together they guard nothing.
    with parsing():
        return Guard(**values)


def _with_seen(row: GuardRow) -> tuple[Guard, Seen | None]:
    return _guard(row), _seen(row)


def _seen(row: Any) -> Seen | None:
    if row.seen_quantity is None or row.seen_at is None:
        return None
    return Seen(quantity=row.seen_quantity, at=row.seen_at, venue_at=row.seen_venue_at)
