"""The latest reading of each account, and snapshots thinned with age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete
from sqlmodel import col, select

from engine import wall_time
from engine.accounts.balances_table import AccountStateRow, SnapshotRow
from engine.accounts.snapshot import UserBrokerState
from engine.model.holdings import AccountReport
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row, replace_row

#: SQLite takes a limited number of values in one statement.
_CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFigures:
    """One point of an account's history."""

    account_id: str
    user_id: int
    taken_at: datetime
    total_equity_usd: Decimal
    available_usd: Decimal
    locked_in_positions_usd: Decimal
    held_usd: Decimal
    #: False when something had no price, so that every figure is a lower bound.
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """The latest reading of an account, kept so that a restart starts from it."""

    state: UserBrokerState
    #: The venue's latest figure; None before the first.
    report: AccountReport | None
    last_attempt: datetime


async def save_account_state(session: DatabaseSession, known: AccountState) -> None:
    """Keep the latest reading of an account, and the latest try."""
    await replace_row(
        session,
        AccountStateRow(
            account_id=known.state.account_id,
            user_id=known.state.user_id,
            report=known.report,
            state=known.state,
            last_updated=known.state.last_updated,
            last_attempt=known.last_attempt,
            last_error=known.state.error,
        ),
    )


_STATES = Prepared(select(AccountStateRow))


async def load_account_states(session: DatabaseSession) -> tuple[AccountState, ...]:
    """Return the latest reading of every account."""
    return await readable_rows(session, _STATES, _state)


async def add_snapshot(session: DatabaseSession, figures: SnapshotFigures) -> None:
    """Add one point to an account's history."""
    await insert_row(
        session,
        SnapshotRow(
            account_id=figures.account_id,
            user_id=figures.user_id,
            taken_at=figures.taken_at,
            total_equity_usd=figures.total_equity_usd,
            available_usd=figures.available_usd,
            locked_in_positions_usd=figures.locked_in_positions_usd,
            held_usd=figures.held_usd,
            complete=figures.complete,
        ),
    )


async def thin_snapshots(
    session: DatabaseSession, *, hourly_before: datetime, daily_before: datetime
) -> None:
    """Keep the last snapshot of each hour before one time, and of each day before an earlier one."""
    earlier = col(SnapshotRow.taken_at) < hourly_before
    wanted = select(SnapshotRow.snapshot_id, SnapshotRow.account_id, SnapshotRow.taken_at)
    try:
        times = await session.exec(wanted.where(earlier).order_by(col(SnapshotRow.taken_at)))
        found = [(number, account_id, taken_at) for number, account_id, taken_at in times]
    except ValueError:
        # Whole rows take many times as long, so they are read singly only where one of the times is none.
        whole = select(SnapshotRow).where(earlier).order_by(col(SnapshotRow.taken_at))
        rows = await readable_rows(session, Prepared(whole), _figures_of)
        found = [(snapshot_id, figures.account_id, figures.taken_at) for snapshot_id, figures in rows]
    surplus = _surplus(found, daily_before=daily_before)
    for start in range(0, len(surplus), _CHUNK):
        some = surplus[start : start + _CHUNK]
        await session.exec(delete(SnapshotRow).where(col(SnapshotRow.snapshot_id).in_(some)))


def _surplus(snapshots: Iterable[tuple[int, str, datetime]], *, daily_before: datetime) -> list[int]:
    last_of = dict[tuple[str, str], int]()
    surplus = list[int]()
    for snapshot_id, account_id, at in snapshots:
        period = f"{at:%Y-%m-%d}" if wall_time.is_before(at, daily_before) else f"{at:%Y-%m-%d %H}"
        earlier = last_of.get((account_id, period))
        if earlier is not None:
            surplus.append(earlier)
        last_of[account_id, period] = snapshot_id
    return surplus


def _state(row: AccountStateRow) -> AccountState:
    return AccountState(state=row.state, report=row.report, last_attempt=row.last_attempt)


def _figures_of(row: SnapshotRow) -> tuple[int, SnapshotFigures]:
    return row.snapshot_id, _figures(row)


def _figures(row: SnapshotRow) -> SnapshotFigures:
    return SnapshotFigures(
        account_id=row.account_id,
        user_id=row.user_id,
        taken_at=row.taken_at,
        total_equity_usd=row.total_equity_usd,
        available_usd=row.available_usd,
        locked_in_positions_usd=row.locked_in_positions_usd,
        held_usd=row.held_usd,
        complete=row.complete,
    )
