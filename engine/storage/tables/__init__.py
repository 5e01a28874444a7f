"""All tables, one file a subject; importing this knows them all."""

from engine.storage.tables.alerts import AlertRow, ConfirmationRow, HandledUpdateRow
from engine.storage.tables.balances import AccountStateRow, SnapshotRow
from engine.storage.tables.base import Table
from engine.storage.tables.fills import FillCursorRow, FillRow
from engine.storage.tables.guards import GuardEventRow, GuardRow, KnownAssetRow
from engine.storage.tables.halts import HaltRow
from engine.storage.tables.intents import IntentEventRow, IntentRow
from engine.storage.tables.people import AccountRow, NonceRow, SealedKeyRow, UserRow
from engine.storage.tables.process import LeaseRow, ProcessRunRow
from engine.storage.tables.routing import FeeQuoteRow, RouteRow, SpreadQuoteRow

metadata = Table.metadata

__all__ = [
    "AccountRow",
    "AccountStateRow",
    "AlertRow",
    "ConfirmationRow",
    "FeeQuoteRow",
    "FillCursorRow",
    "FillRow",
    "GuardEventRow",
    "GuardRow",
    "HaltRow",
    "HandledUpdateRow",
    "IntentEventRow",
    "IntentRow",
    "KnownAssetRow",
    "LeaseRow",
    "NonceRow",
    "ProcessRunRow",
    "RouteRow",
    "SealedKeyRow",
    "SnapshotRow",
    "SpreadQuoteRow",
    "Table",
    "UserRow",
    "metadata",
]
