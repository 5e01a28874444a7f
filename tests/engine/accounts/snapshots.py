from dataclasses import fields

from sqlmodel import col, select

from engine.accounts.balances_store import SnapshotFigures
from engine.accounts.balances_table import SnapshotRow
from engine.storage.readable import readable_rows
from engine.storage.statements import Prepared


async def stored_snapshots(session, account_id):
    """Return an account's history as it is stored, oldest first."""
    history = (
        select(SnapshotRow)
        .where(col(SnapshotRow.account_id) == account_id)
        .order_by(col(SnapshotRow.taken_at), col(SnapshotRow.snapshot_id))
    )
    return await readable_rows(session, Prepared(history), _figures)


def _figures(row):
    return SnapshotFigures(**{field.name: getattr(row, field.name) for field in fields(SnapshotFigures)})
