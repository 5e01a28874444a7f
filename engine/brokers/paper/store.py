"""A paper account's ledger in the database, which is where it lives: it is loaded, changed and saved in one go."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import bindparam
from sqlmodel import col, select

from engine.brokers.paper.ledger import Fees, Fill, Ledger, Order
from engine.brokers.paper.table import PaperBalanceRow, PaperFillRow, PaperOrderRow
from engine.model.orders import OrderStatus
from engine.model.venues import Account
from engine.storage.base import Table
from engine.storage.readable import UnreadableRecordError, read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row, replace_row

R = TypeVar("R", bound=Table)
T = TypeVar("T")

_OF_ACCOUNT, _ORDER, _FILL = (
    col(table.account_id) == bindparam("account_id")
    for table in (PaperBalanceRow, PaperOrderRow, PaperFillRow)
)
_NEWEST_FIRST = col(PaperFillRow.number).desc()

_BALANCES = Prepared(select(PaperBalanceRow).where(_OF_ACCOUNT))
_ORDERS = Prepared(select(PaperOrderRow).where(_ORDER))
_OPEN_ORDERS = _ORDERS.where(col(PaperOrderRow.status) == OrderStatus.OPEN)
_ONE_ORDER = _ORDERS.where(col(PaperOrderRow.order_id) == bindparam("order_id"))
_ORDERS_OF_ID = _ORDERS.where(col(PaperOrderRow.client_order_id) == bindparam("client_order_id"))
_FILLS_OF_ORDER = Prepared(
    select(PaperFillRow)
    .where(_FILL, col(PaperFillRow.order_id) == bindparam("order_id"))
    .order_by(col(PaperFillRow.number))
)
_FILLS_BEFORE = Prepared(
    select(PaperFillRow).where(_FILL, col(PaperFillRow.number) < bindparam("before")).order_by(_NEWEST_FIRST)
)


async def load_ledger(
    session: DatabaseSession, account: Account, *, fees: Fees, new_id: Callable[[str], str]
) -> Ledger:
    """Return what an account owns and which of its orders are open, without its past."""
    ledger = Ledger(fees, new_id=new_id)
    totals = await _load(session, _BALANCES, lambda row: (row.asset, row.total), account=account)
    ledger.restore(dict(totals), await _load(session, _OPEN_ORDERS, _order, account=account))
    return ledger


async def save_ledger(session: DatabaseSession, account: Account, ledger: Ledger) -> None:
    """Keep what has become of a ledger since it was loaded."""
    account_id, user_id = account.account_id, account.user_id
    for asset in ledger.assets():
        total = ledger.total(asset)
        await replace_row(
            session, PaperBalanceRow(account_id=account_id, user_id=user_id, asset=asset, total=total)
        )
    for order in ledger.orders.values():
        row = PaperOrderRow(
            account_id=account_id,
            user_id=user_id,
            order_id=order.id,
            client_order_id=order.draft.client_id,
            status=order.status,
            placed=order,
        )
        await replace_row(session, row)
    for fill in ledger.fills:
        await insert_row(
            session,
            PaperFillRow(account_id=account_id, user_id=user_id, order_id=fill.order_id, executed=fill),
        )


async def load_order(session: DatabaseSession, account: Account, order_id: str) -> Order | None:
    """Return one order, whatever became of it."""
    found = await _load(session, _ONE_ORDER, _order, account=account, order_id=order_id)
    return found[0] if found else None


async def load_orders_of_id(session: DatabaseSession, account: Account, client_order_id: str) -> list[Order]:
    """Return the orders that bear a client order id, oldest first."""
    found = await _load(session, _ORDERS_OF_ID, _order, account=account, client_order_id=client_order_id)
    return sorted(found, key=lambda order: order.opened_at)


async def load_fills_of_order(session: DatabaseSession, account: Account, order_id: str) -> tuple[Fill, ...]:
    """Return an order's fills, oldest first."""
    return await _load(session, _FILLS_OF_ORDER, lambda row: row.executed, account=account, order_id=order_id)


async def load_fills_before(
    session: DatabaseSession, account: Account, number: int, *, most: int
) -> tuple[tuple[int, Fill], ...]:
    """Return the last fills before a number with their numbers, newest first."""
    return await _load(
        session,
        _FILLS_BEFORE,
        lambda row: (row.number or 0, row.executed),
        most=most,
        account=account,
        before=number,
    )


def _order(row: PaperOrderRow) -> Order:
    return row.placed


async def _load(
    session: DatabaseSession,
    statement: Prepared[R],
    build: Callable[[R], T],
    *,
    account: Account,
    most: int | None = None,
    **values: object,
) -> tuple[T, ...]:
    """Return all that a statement finds: an account that lacks a row would own something else."""
    read = await read_rows(session, statement, build, most=most, account_id=account.account_id, **values)
    for row in read.unreadable:
        raise UnreadableRecordError(f"a row of a paper account cannot be read from the database: {row.why}")
    return read.readable
