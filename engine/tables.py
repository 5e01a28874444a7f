"""Every table of the packages; importing this knows them all."""

from engine.accounts.balances_table import AccountStateRow, SnapshotRow
from engine.accounts.costs_table import FeeQuoteRow, SpreadQuoteRow
from engine.alerts.posts_table import AlertPostRow
from engine.alerts.table import AlertRow
from engine.brokers.paper.table import PaperBalanceRow, PaperFillRow, PaperOrderRow
from engine.entries.halts_table import HaltRow
from engine.entries.routes_table import RouteRow
from engine.guards.table import GuardEventRow, GuardRow, KnownAssetRow
from engine.nonce.table import NonceRow
from engine.offers.table import ConfirmationRow
from engine.orders.fills_table import FillCursorRow, FillRow
from engine.orders.table import IntentEventRow, IntentRow
from engine.storage.base import Table
from engine.storage.process_table import HandledUpdateRow, LeaseRow, ProcessRunRow
from engine.users.table import AccountRow, InviteRow, SealedKeyRow, UserRow

metadata = Table.metadata

__all__ = [
    "AccountRow",
    "AccountStateRow",
    "AlertPostRow",
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
    "InviteRow",
    "KnownAssetRow",
    "LeaseRow",
    "NonceRow",
    "PaperBalanceRow",
    "PaperFillRow",
    "PaperOrderRow",
    "ProcessRunRow",
    "RouteRow",
    "SealedKeyRow",
    "SnapshotRow",
    "SpreadQuoteRow",
    "Table",
    "UserRow",
    "metadata",
]
