"""Fills, kept once each, and how far back they were read."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.orders import Fill
from engine.storage.readable import readable_row, readable_rows, replace_row
from engine.storage.records import FillCursor
from engine.storage.tables import FillCursorRow, FillRow, IntentRow

_FIELDS = tuple(field.name for field in fields(Fill))


async def save_fills(
    session: AsyncSession, account_id: str, user_id: int, fills: Iterable[Fill], *, seen_at: datetime
) -> tuple[Fill, ...]:
    """Store fills and return those that were not known."""
    new = list[Fill]()
    for fill in fills:
        known = select(FillRow.trade_id).where(
            col(FillRow.account_id) == account_id, col(FillRow.trade_id) == fill.trade_id
        )
        if (await session.exec(known)).first() is None:
            values = {name: getattr(fill, name) for name in _FIELDS}
            session.add(FillRow(account_id=account_id, user_id=user_id, seen_at=seen_at, **values))
            await session.flush()
            new.append(fill)
    return tuple(new)


async def load_fills(session: AsyncSession, account_id: str, *, asset: str) -> tuple[Fill, ...]:
    """Return every known fill that an asset took part in, oldest first."""
    concerned = (
        select(FillRow)
        .where(
            col(FillRow.account_id) == account_id,
            or_(col(FillRow.base) == asset, col(FillRow.quote) == asset, col(FillRow.fee_asset) == asset),
        )
        .order_by(col(FillRow.at), col(FillRow.trade_id))
    )
    return await readable_rows(session, concerned, _fill)


async def save_usd_rate(session: AsyncSession, account_id: str, trade_id: str, rate: Decimal) -> None:
    """Keep what one unit of a fill's money was worth in dollars; a fill that is not known changes nothing."""
    row = await session.get(FillRow, (account_id, trade_id))
    if row is not None:
        row.usd_rate = rate
        session.add(row)


async def load_usd_rates(session: AsyncSession, account_id: str) -> dict[str, Decimal]:
    """Return the known dollar rates of an account's fills, by trade id."""
    rated = select(FillRow).where(col(FillRow.account_id) == account_id, col(FillRow.usd_rate).is_not(None))
    found = await readable_rows(session, rated, lambda row: (row.trade_id, row.usd_rate))
    return {trade_id: rate for trade_id, rate in found if rate is not None}


async def load_order_fills(session: AsyncSession, account_id: str, order_id: str) -> tuple[Fill, ...]:
    """Return the known fills of one order, oldest first."""
    of_order = (
        select(FillRow)
        .where(col(FillRow.account_id) == account_id, col(FillRow.venue_order_id) == order_id)
        .order_by(col(FillRow.at), col(FillRow.trade_id))
    )
    return await readable_rows(session, of_order, _fill)


async def load_newest_by_hand(session: AsyncSession, account_id: str) -> datetime | None:
    """Return when the newest known fill of an order that was not ours happened."""
    ours = select(IntentRow.venue_order_id).where(
        col(IntentRow.account_id) == account_id, col(IntentRow.venue_order_id).is_not(None)
    )
    others = (
        select(FillRow)
        .where(col(FillRow.account_id) == account_id, col(FillRow.venue_order_id).not_in(ours))
        .order_by(col(FillRow.at).desc())
    )
    return await readable_row(session, others, lambda row: row.at)


async def save_cursor(session: AsyncSession, cursor: FillCursor) -> None:
    """Remember where reading an account's older fills goes on."""
    await replace_row(
        session,
        FillCursorRow(
            account_id=cursor.account_id,
            user_id=cursor.user_id,
            cursor=cursor.cursor,
            complete=cursor.complete,
            updated_at=cursor.updated_at,
        ),
    )


async def load_cursor(session: AsyncSession, account_id: str) -> FillCursor | None:
    """Return how far back an account was read; None before its first reading."""
    theirs = select(FillCursorRow).where(col(FillCursorRow.account_id) == account_id)
    return await readable_row(session, theirs, _cursor)


def _fill(row: FillRow) -> Fill:
    return Fill(**{name: getattr(row, name) for name in _FIELDS})


def _cursor(row: FillCursorRow) -> FillCursor:
    return FillCursor(
        account_id=row.account_id,
        user_id=row.user_id,
        cursor=row.cursor,
        complete=row.complete,
        updated_at=row.updated_at,
    )
