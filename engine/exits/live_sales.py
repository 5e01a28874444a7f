"""Whether an order may be selling a position already: a second one might sell it twice."""

from sqlalchemy import bindparam, or_
from sqlmodel import col, select

from engine.guards.guard import Guard, GuardState
from engine.guards.table import GuardRow
from engine.model.holdings import PositionKind
from engine.orders.store import LIVE, build_intent
from engine.orders.table import IntentRow
from engine.storage.compiled import Compiled
from engine.storage.readable import UnreadableRow, read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared

#: Ordering by this column makes SQLite use the index of live intents; the index by account holds every ended one too.
_BY_LIVE_INDEX = col(IntentRow.created_at)


_LIVE_OF_ACCOUNT = Prepared(
    select(IntentRow)
    .where(LIVE, col(IntentRow.account_id) == bindparam("account_id"))
    .order_by(_BY_LIVE_INDEX)
)


_LIVE_OF_GUARD = Prepared(select(IntentRow).where(LIVE, col(IntentRow.guard_id) == bindparam("guard_id")))


_OTHERS_ON_SALE = Compiled(
    select(IntentRow.intent_id)
    .join(GuardRow, col(GuardRow.guard_id) == col(IntentRow.guard_id))
    .where(
        LIVE,
        col(IntentRow.account_id) == bindparam("account_id"),
        col(IntentRow.asset) == bindparam("asset"),
        col(IntentRow.reduce_only) == bindparam("is_margin"),
        col(GuardRow.guard_id) != bindparam("guard_id"),
        col(GuardRow.state) != GuardState.CLOSED,
        or_(~col(IntentRow.reduce_only), col(IntentRow.symbol) == bindparam("symbol")),
    )
    .order_by(_BY_LIVE_INDEX)
)


async def may_be_on_sale(session: DatabaseSession, guard: Guard) -> bool:
    """Return whether another order may be selling a guard's position, one that cannot be read or whose guard cannot.

    A second one might sell it twice.
    """
    # Two statements: SQLite would answer one with OR from the indexes of everything that ever ended.
    of_account = await read_rows(session, _LIVE_OF_ACCOUNT, build_intent, account_id=guard.account_id)
    of_guard = await read_rows(session, _LIVE_OF_GUARD, build_intent, guard_id=guard.guard_id)
    if any(_may_concern(row, guard) for row in (*of_account.unreadable, *of_guard.unreadable)):
        return True
    others = await session.fetch(
        _OTHERS_ON_SALE,
        account_id=guard.account_id,
        asset=guard.asset,
        is_margin=guard.kind is PositionKind.MARGIN,
        guard_id=guard.guard_id,
        symbol=guard.symbol,
    )
    return bool(others)


def _may_concern(row: UnreadableRow, guard: Guard) -> bool:
    is_same = (row.text("account_id"), row.text("asset")) == (guard.account_id, guard.asset)
    return is_same or row.text("guard_id") == guard.guard_id
