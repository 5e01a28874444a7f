"""Fees and spreads as they were last seen: rows in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import select

from engine.accounts.costs_table import FeeQuoteRow, SpreadQuoteRow
from engine.brokers.base import FeeQuote
from engine.model.venues import Account, Venue
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, replace_row
from engine.users.table import AccountRow


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFee:
    """The taker fee an account was quoted for a symbol, and when."""

    account: Account
    symbol: str
    quote: FeeQuote
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSpread:
    """The spread seen for a symbol at a venue, as a fraction of its price."""

    venue: Venue
    symbol: str
    spread: Decimal
    at: datetime


_ACCOUNTS, _FEES, _SPREADS = (
    Prepared(select(AccountRow)),
    Prepared(select(FeeQuoteRow)),
    Prepared(select(SpreadQuoteRow)),
)


async def save_fee(session: DatabaseSession, known: KnownFee) -> None:
    """Keep the latest fee of an account for a symbol."""
    await replace_row(
        session,
        FeeQuoteRow(
            account_id=known.account.account_id,
            symbol=known.symbol,
            user_id=known.account.user_id,
            taker=known.quote.taker,
            live=known.quote.live,
            at=known.at,
        ),
    )


async def load_fees(session: DatabaseSession) -> tuple[KnownFee, ...]:
    venues = dict(await readable_rows(session, _ACCOUNTS, lambda row: (row.account_id, row.venue)))
    fees = await readable_rows(session, _FEES, lambda row: _fee(row, venues))
    return tuple(fee for fee in fees if fee is not None)


async def save_spread(session: DatabaseSession, known: KnownSpread) -> None:
    """Keep the latest spread of a symbol at a venue."""
    await replace_row(
        session, SpreadQuoteRow(venue=known.venue, symbol=known.symbol, spread=known.spread, at=known.at)
    )


async def load_spreads(session: DatabaseSession) -> tuple[KnownSpread, ...]:
    return await readable_rows(session, _SPREADS, _spread)


def _fee(row: FeeQuoteRow, venues: Mapping[str, Venue]) -> KnownFee | None:
    venue = venues.get(row.account_id)
    if venue is None:
        return None
    return KnownFee(
        account=Account(account_id=row.account_id, user_id=row.user_id, venue=venue),
        symbol=row.symbol,
        quote=FeeQuote(taker=row.taker, live=row.live),
        at=row.at,
    )


def _spread(row: SpreadQuoteRow) -> KnownSpread:
    return KnownSpread(venue=row.venue, symbol=row.symbol, spread=row.spread, at=row.at)
