"""Which account at its venue an account of ours is."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from engine.orders.fills_table import FillRow
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared
from engine.users.table import AccountRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The key an account was last opened with for certain, and what its venue calls the account."""

    key_fingerprint: str
    #: None where the venue does not report it, or was not queried yet.
    venue_account: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTrade:
    """A fill that was read before, to be found again."""

    trade_id: str
    venue_order_id: str
    symbol: str


async def load_identity(session: DatabaseSession, account_id: str) -> Identity | None:
    """Return what an account was when it was last certain; None for one that is new."""
    known = select(AccountRow.key_fingerprint, AccountRow.venue_account)
    row = (await session.exec(known.where(col(AccountRow.account_id) == account_id))).first()
    return Identity(key_fingerprint=row[0], venue_account=row[1]) if row else None


async def save_identity(session: DatabaseSession, account_id: str, identity: Identity) -> None:
    """Keep what an account certainly is."""
    await session.exec(
        update(AccountRow)
        .where(col(AccountRow.account_id) == account_id)
        .values(key_fingerprint=identity.key_fingerprint, venue_account=identity.venue_account)
    )


_NEWEST_TRADES = Prepared(
    select(FillRow).where(col(FillRow.account_id) == bindparam("account_id")).order_by(col(FillRow.at).desc())
)


async def load_newest_trades(session: DatabaseSession, account_id: str, *, most: int) -> Sequence[KnownTrade]:
    """Return the newest fills that are known of an account."""
    return await readable_rows(session, _NEWEST_TRADES, _known_trade, most=most, account_id=account_id)


def _known_trade(row: FillRow) -> KnownTrade:
    return KnownTrade(trade_id=row.trade_id, venue_order_id=row.venue_order_id, symbol=row.symbol)
