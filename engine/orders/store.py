"""The journal's intents: orders to be placed, and how far each came."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import cache

from sqlalchemy import ColumnElement, bindparam, func, literal_column, or_, union, update
from sqlmodel import col, select

from engine.model.holdings import PositionKey
from engine.model.typed_names import TOKENIZED
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import LIVE_STATES, IntentState
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.compiled import Compiled
from engine.storage.readable import Read, read_rows, readable_row, readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, attributes, insert_values, plain_table

_FIELDS = tuple(field.name for field in fields(Intent))
#: With literals, exactly as in the index of live intents: parameters would keep SQLite from using it.
LIVE = or_(
    col(IntentRow.finished_at).is_(None),
    col(IntentRow.state).in_([literal_column(f"'{state}'") for state in LIVE_STATES]),
)


class StaleIntentError(Exception):
    """An intent was changed by somebody else since it was read; nothing was written."""


async def insert_intent(session: DatabaseSession, intent: Intent) -> None:
    """Add a new intent."""
    await insert_values(session, IntentRow, **_values(intent))


_INTENTS = plain_table(IntentRow)
_CHANGE = update(_INTENTS).where(_INTENTS.c.intent_id == bindparam("this_intent"))
_CHANGE_EXPECTED = Compiled(_CHANGE.where(_INTENTS.c.state == bindparam("expected")))


async def update_intent(session: DatabaseSession, intent: Intent, *, expected: IntentState) -> None:
    """Change an intent that is still in the expected state.

    Raises:
        StaleIntentError: it is not.

    """
    changed = await session.change(
        _CHANGE_EXPECTED, this_intent=intent.intent_id, expected=expected, **_values(intent)
    )
    if changed.rowcount != 1:
        raise StaleIntentError(intent.intent_id)


async def book_fee(session: DatabaseSession, intent_id: str, fee: Decimal, asset: str) -> None:
    """Write down a fee that was booked after the fill; nothing else of the intent changes."""
    await session.send(_CHANGE, this_intent=intent_id, fee=fee, fee_asset=asset)


_LIVE_OF_ALL = Prepared(select(IntentRow).where(LIVE).order_by(col(IntentRow.created_at)))


async def load_live_intents(session: DatabaseSession) -> tuple[Intent, ...]:
    """Return every intent that is not over, oldest first."""
    return (await read_live_intents(session)).readable


async def read_live_intents(session: DatabaseSession) -> Read[Intent]:
    """Return the same, and those of them that cannot be read."""
    return await read_rows(session, _LIVE_OF_ALL, build_intent)


_LIVE_ENTRIES = Prepared(
    select(IntentRow).where(
        LIVE,
        col(IntentRow.account_id) == bindparam("account_id"),
        col(IntentRow.kind) == IntentKind.ENTRY,
    )
)


async def is_being_bought(session: DatabaseSession, key: PositionKey) -> bool:
    """Return whether a buy of ours in a position is not over, whether its order is known or not."""
    live = await readable_rows(session, _LIVE_ENTRIES, build_intent, account_id=key.account_id)
    return any(intent.position == key for intent in live)


_LAST_OF_GUARD = Prepared(
    select(IntentRow)
    .where(col(IntentRow.guard_id) == bindparam("guard_id"))
    .order_by(col(IntentRow.created_at).desc())
)


async def load_last_of_guard(session: DatabaseSession, guard_id: str) -> Intent | None:
    """Return the latest intent of a guard; None where it has none."""
    return await readable_row(session, _LAST_OF_GUARD, build_intent, guard_id=guard_id)


async def load_exits(
    session: DatabaseSession, user_id: int, *, named: str | None = None, most: int
) -> tuple[Intent, ...]:
    """Return a user's latest exits, newest first; `named` is an asset or a pair in any letters."""
    newest_first = (
        select(IntentRow)
        .where(*_exits(user_id, named))
        .order_by(col(IntentRow.created_at).desc(), col(IntentRow.intent_id))
    )
    return await readable_rows(session, Prepared(newest_first), build_intent, most=most)


async def count_exits(session: DatabaseSession, user_id: int, *, named: str | None = None) -> int:
    """Return how many exits of a user are written down."""
    counted = select(func.count()).select_from(IntentRow).where(*_exits(user_id, named))
    return (await session.exec(counted)).one()


def _exits(user_id: int, named: str | None) -> Iterator[ColumnElement[bool]]:
    yield col(IntentRow.user_id) == user_id
    yield col(IntentRow.kind) == IntentKind.EXIT
    if named is not None:
        asset, symbol = func.upper(col(IntentRow.asset)), func.upper(col(IntentRow.symbol))
        names = (named.upper(), (named + TOKENIZED).upper())
        yield or_(asset.in_(names), symbol.in_(names))


_EXIT = Prepared(
    select(IntentRow).where(
        col(IntentRow.intent_id) == bindparam("intent_id"),
        col(IntentRow.user_id) == bindparam("user_id"),
        col(IntentRow.kind) == IntentKind.EXIT,
    )
)


async def load_exit(session: DatabaseSession, user_id: int, intent_id: str) -> Intent | None:
    """Return one exit of a user; None for those of others."""
    return await readable_row(session, _EXIT, build_intent, user_id=user_id, intent_id=intent_id)


_WITHOUT_FEE = Prepared(
    select(IntentRow)
    .where(
        col(IntentRow.account_id) == bindparam("account_id"),
        col(IntentRow.state) == IntentState.FILLED,
        col(IntentRow.fee).is_(None),
        col(IntentRow.venue_order_id).is_not(None),
    )
    .order_by(col(IntentRow.created_at).desc())
)


async def load_without_fee(
    session: DatabaseSession, account_id: str, *, most: int = 20
) -> tuple[Intent, ...]:
    """Return an account's latest filled intents whose fee the venue had not booked yet."""
    return await readable_rows(session, _WITHOUT_FEE, build_intent, most=most, account_id=account_id)


_LAST_ORDERS = select(col(IntentRow.venue_order_id)).where(
    col(IntentRow.account_id) == bindparam("account_id"), col(IntentRow.venue_order_id).is_not(None)
)
_EARLIER_ORDERS = select(col(IntentEventRow.order_id)).where(
    col(IntentEventRow.account_id) == bindparam("account_id"), col(IntentEventRow.order_id).is_not(None)
)
_ORDERS = union(_LAST_ORDERS, _EARLIER_ORDERS)


async def load_order_ids(session: DatabaseSession, account_id: str) -> frozenset[str]:
    """Return the venue's ids of every order of ours in an account, those of earlier attempts included."""
    found = await session.send(_ORDERS, account_id=account_id)
    return frozenset(found.scalars())


_SOME = Prepared(select(IntentRow).where(col(IntentRow.intent_id).in_(bindparam("ids", expanding=True))))


async def load_intents(session: DatabaseSession, intent_ids: Sequence[str]) -> tuple[Intent, ...]:
    """Return the intents of these ids that can be read."""
    return await readable_rows(session, _SOME, build_intent, ids=list(intent_ids))


_OF_ORDERS = Prepared(
    select(IntentRow).where(
        col(IntentRow.account_id) == bindparam("account_id"),
        col(IntentRow.venue_order_id).in_(bindparam("order_ids", expanding=True)),
    )
)


async def load_of_orders(
    session: DatabaseSession, account_id: str, order_ids: Collection[str]
) -> tuple[Intent, ...]:
    """Return an account's intents whose last order is one of these, by the venue's ids."""
    return await readable_rows(
        session, _OF_ORDERS, build_intent, account_id=account_id, order_ids=list(order_ids)
    )


def build_intent(row: IntentRow) -> Intent:
    """Return the intent that a row is of."""
    return Intent(**{name: getattr(row, name) for name in _FIELDS})


def _values(intent: Intent) -> dict[str, object]:
    """Return what a row keeps of an intent, by column."""
    values = {column: getattr(intent, name) for name, column in _columns()}
    return {**values, "finished_at": intent.updated_at if intent.state.is_final else None}


@cache
def _columns() -> tuple[tuple[str, str], ...]:
    return tuple((name, column.name) for name, column in attributes(IntentRow) if name in _FIELDS)
