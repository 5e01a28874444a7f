"""Fills, kept once each, and how far back they were read."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, delete, or_, update
from sqlmodel import col, select

from engine.model.orders import Fill
from engine.orders.fills_table import FillCursorRow, FillRow
from engine.orders.table import IntentRow
from engine.storage.readable import Read, read_rows, readable_row, readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row, plain_table, replace_row

_FIELDS = tuple(field.name for field in fields(Fill))


_OF_ACCOUNT = col(FillRow.account_id) == bindparam("account_id")
_TRADE = select(FillRow.trade_id).where(_OF_ACCOUNT, col(FillRow.trade_id) == bindparam("trade_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FillCursor:
    """How far back an account's fills were read."""

    account_id: str
    user_id: int
    #: Where the venue's next older page starts; None at the newest page.
    cursor: str | None
    #: True when there is nothing older to read.
    complete: bool
    updated_at: datetime


async def save_fills(
    session: DatabaseSession, account_id: str, user_id: int, fills: Iterable[Fill], *, seen_at: datetime
) -> tuple[Fill, ...]:
    """Store fills and return those that were not known."""
    new = list[Fill]()
    for fill in fills:
        known = await session.send(_TRADE, account_id=account_id, trade_id=fill.trade_id)
        if known.first() is None:
            values = {name: getattr(fill, name) for name in _FIELDS}
            row = FillRow(account_id=account_id, user_id=user_id, seen_at=seen_at, **values)
            await insert_row(session, row)
            new.append(fill)
    return tuple(new)


_OF_ASSET = Prepared(
    select(FillRow)
    .where(
        _OF_ACCOUNT,
        or_(
            col(FillRow.base) == bindparam("asset"),
            col(FillRow.quote) == bindparam("asset"),
            col(FillRow.fee_asset) == bindparam("asset"),
        ),
    )
    .order_by(col(FillRow.at), col(FillRow.trade_id))
)


async def load_fills(session: DatabaseSession, account_id: str, *, asset: str) -> tuple[Fill, ...]:
    """Return every known fill that an asset took part in, oldest first."""
    return await readable_rows(session, _OF_ASSET, _fill, account_id=account_id, asset=asset)


_SEEN_SINCE = Prepared(select(FillRow).where(_OF_ACCOUNT, col(FillRow.seen_at) >= bindparam("since")))


async def load_fills_seen_since(
    session: DatabaseSession, account_id: str, *, since: datetime
) -> tuple[Fill, ...]:
    """Return the fills that were stored at a stored time or later; of a clock set back meanwhile none may be."""
    return await readable_rows(session, _SEEN_SINCE, _fill, account_id=account_id, since=since)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFill:
    """A fill with the account it happened in."""

    account_id: str
    fill: Fill
    #: USD for one unit of what was paid with, where that was fetched.
    usd_rate: Decimal | None = None


_BETWEEN = Prepared(
    select(FillRow)
    .where(
        col(FillRow.user_id) == bindparam("user_id"),
        col(FillRow.at) >= bindparam("since"),
        col(FillRow.at) < bindparam("until"),
    )
    .order_by(col(FillRow.at), col(FillRow.account_id), col(FillRow.trade_id))
)


async def read_fills_between(
    session: DatabaseSession, user_id: int, since: datetime, until: datetime, *, most: int | None = None
) -> Read[AccountFill]:
    """Return a user's known fills of all accounts from one moment to before another, oldest first, and what cannot be read."""
    return await read_rows(
        session, _BETWEEN, _account_fill, most=most, user_id=user_id, since=since, until=until
    )


_FILLS = plain_table(FillRow)
_RATE = update(_FILLS).where(
    _FILLS.c.account_id == bindparam("this_account"), _FILLS.c.trade_id == bindparam("this_trade")
)


async def save_usd_rate(session: DatabaseSession, account_id: str, trade_id: str, rate: Decimal) -> None:
    """Keep what one unit of a fill's money was worth in dollars; a fill that is not known changes nothing."""
    await session.send(_RATE, this_account=account_id, this_trade=trade_id, usd_rate=rate)


_RATED = Prepared(select(FillRow).where(_OF_ACCOUNT, col(FillRow.usd_rate).is_not(None)))


async def load_usd_rates(session: DatabaseSession, account_id: str) -> dict[str, Decimal]:
    """Return the known dollar rates of an account's fills, by trade id."""
    found = await readable_rows(
        session, _RATED, lambda row: (row.trade_id, row.usd_rate), account_id=account_id
    )
    return {trade_id: rate for trade_id, rate in found if rate is not None}


_OF_ORDER = Prepared(
    select(FillRow)
    .where(_OF_ACCOUNT, col(FillRow.venue_order_id) == bindparam("order_id"))
    .order_by(col(FillRow.at), col(FillRow.trade_id))
)


async def load_order_fills(session: DatabaseSession, account_id: str, order_id: str) -> tuple[Fill, ...]:
    """Return the known fills of one order, oldest first."""
    return await readable_rows(session, _OF_ORDER, _fill, account_id=account_id, order_id=order_id)


_OURS = select(IntentRow.venue_order_id).where(
    col(IntentRow.account_id) == bindparam("account_id"), col(IntentRow.venue_order_id).is_not(None)
)
_NEWEST_EXTERNAL = Prepared(
    select(FillRow)
    .where(_OF_ACCOUNT, col(FillRow.venue_order_id).not_in(_OURS))
    .order_by(col(FillRow.at).desc())
)


async def load_newest_external_trade(session: DatabaseSession, account_id: str) -> datetime | None:
    """Return when the newest known fill of an order that was not ours happened."""
    return await readable_row(session, _NEWEST_EXTERNAL, lambda row: row.at, account_id=account_id)


async def save_cursor(session: DatabaseSession, cursor: FillCursor) -> None:
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


_CURSOR = Prepared(select(FillCursorRow).where(col(FillCursorRow.account_id) == bindparam("account_id")))


async def load_cursor(session: DatabaseSession, account_id: str) -> FillCursor | None:
    """Return how far back an account was read; None before its first reading."""
    return await readable_row(session, _CURSOR, _cursor, account_id=account_id)


async def delete_fills(session: DatabaseSession, account_id: str) -> None:
    """Forget an account's fills and how far back they were read."""
    await session.exec(delete(FillRow).where(col(FillRow.account_id) == account_id))
    await session.exec(delete(FillCursorRow).where(col(FillCursorRow.account_id) == account_id))


def _account_fill(row: FillRow) -> AccountFill:
    return AccountFill(account_id=row.account_id, fill=_fill(row), usd_rate=row.usd_rate)


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
