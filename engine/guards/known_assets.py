"""The assets seen in each account, and what their owners answered about guarding them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import col, select

from engine.guards.table import KnownAssetRow
from engine.storage.readable import UnreadableRow, read_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import Prepared, insert_row

_KNOWN_ASSETS = Prepared(
    select(KnownAssetRow).where(col(KnownAssetRow.account_id) == bindparam("account_id"))
)
_KNOWN_ASSET = select(KnownAssetRow.asset).where(
    col(KnownAssetRow.account_id) == bindparam("account_id"), col(KnownAssetRow.asset) == bindparam("asset")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAsset:
    """An asset seen in an account, and what its owner answered about guarding it."""

    account_id: str
    user_id: int
    asset: str
    #: None where it was seen, and nobody can read when.
    first_seen_at: datetime | None
    question_at: datetime | None = None
    answer: str | None = None


async def save_known_asset(session: DatabaseSession, known: KnownAsset) -> None:
    """Store that an asset was seen; the first time counts."""
    if known.first_seen_at is None:
        return
    same = await session.send(_KNOWN_ASSET, account_id=known.account_id, asset=known.asset)
    if same.first() is not None:
        return
    await insert_row(
        session,
        KnownAssetRow(
            account_id=known.account_id,
            asset=known.asset,
            user_id=known.user_id,
            first_seen_at=known.first_seen_at,
            asked_at=known.question_at,
            answer=known.answer,
        ),
    )


async def load_known_assets(session: DatabaseSession, account_id: str) -> tuple[KnownAsset, ...]:
    """Return the assets that were seen in an account."""
    read = await read_rows(session, _KNOWN_ASSETS, _known_asset, account_id=account_id)
    # An asset whose row is damaged still counts as seen: its owner would be asked about it, or it guarded, as if it were new.
    return (*read.readable, *(_seen_some_time(account_id, row) for row in read.unreadable))


def _seen_some_time(account_id: str, row: UnreadableRow) -> KnownAsset:
    return KnownAsset(
        account_id=account_id,
        user_id=row.user_id or 0,
        asset=row.text("asset"),
        first_seen_at=None,
    )


def _known_asset(row: KnownAssetRow) -> KnownAsset:
    return KnownAsset(
        account_id=row.account_id,
        user_id=row.user_id,
        asset=row.asset,
        first_seen_at=row.first_seen_at,
        question_at=row.asked_at,
        answer=row.answer,
    )
