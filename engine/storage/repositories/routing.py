"""What trading costs where, and the routes that were decided."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from engine.brokers.base import FeeQuote
from engine.storage.records import KnownFee, KnownSpread, StoredRoute
from engine.storage.tables import AccountRow, FeeQuoteRow, RouteRow, SpreadQuoteRow
from engine.venues import Account


async def save_fee(session: AsyncSession, known: KnownFee) -> None:
    """Keep the latest fee of an account for a symbol."""
    await session.merge(
        FeeQuoteRow(
            account_id=known.account.account_id,
            symbol=known.symbol,
            user_id=known.account.user_id,
            taker=known.quote.taker,
            live=known.quote.live,
            at=known.at,
        )
    )


async def load_fees(session: AsyncSession) -> tuple[KnownFee, ...]:
    """Return every known fee."""
    found = await session.exec(
        select(FeeQuoteRow, AccountRow).join(
            AccountRow, col(AccountRow.account_id) == col(FeeQuoteRow.account_id)
        )
    )
    return tuple(
        KnownFee(
            account=Account(account_id=fee.account_id, user_id=fee.user_id, venue=account.venue),
            symbol=fee.symbol,
            quote=FeeQuote(taker=fee.taker, live=fee.live),
            at=fee.at,
        )
        for fee, account in found
    )


async def save_spread(session: AsyncSession, known: KnownSpread) -> None:
    """Keep the latest spread of a symbol at a venue."""
    await session.merge(
        SpreadQuoteRow(venue=known.venue, symbol=known.symbol, spread=known.spread, at=known.at)
    )


async def load_spreads(session: AsyncSession) -> tuple[KnownSpread, ...]:
    """Return every known spread."""
    found = await session.exec(select(SpreadQuoteRow))
    return tuple(
        KnownSpread(venue=row.venue, symbol=row.symbol, spread=row.spread, at=row.at) for row in found
    )


async def add_route(session: AsyncSession, route: StoredRoute) -> None:
    """Keep a decision with what was asked."""
    session.add(
        RouteRow(
            user_id=route.user_id,
            account_id=route.account_id,
            decided_at=route.decided_at,
            request=route.request,
            decision=route.decision,
        )
    )


async def delete_routes(session: AsyncSession, *, before: datetime) -> None:
    """Forget the routes that were decided before a moment."""
    await session.exec(delete(RouteRow).where(col(RouteRow.decided_at) < before))
