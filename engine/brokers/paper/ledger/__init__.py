"""One account's money in exact decimals: balances, holds, orders, fills and margin positions."""

from engine.brokers.paper.ledger.account import Ledger
from engine.brokers.paper.ledger.errors import (
    BelowMinimumError,
    InsufficientFundsError,
    InsufficientMarginError,
    LedgerError,
    NothingToReduceError,
    OffStepError,
    UnknownOrderError,
    WouldTakeError,
)
from engine.brokers.paper.ledger.values import (
    Draft,
    Entry,
    EntryKind,
    Fill,
    Kind,
    Order,
    Position,
)
from engine.model.venue_fees import FeeOn, Fees

__all__ = [
    "BelowMinimumError",
    "Draft",
    "Entry",
    "EntryKind",
    "FeeOn",
    "Fees",
    "Fill",
    "InsufficientFundsError",
    "InsufficientMarginError",
    "Kind",
    "Ledger",
    "LedgerError",
    "NothingToReduceError",
    "OffStepError",
    "Order",
    "Position",
    "UnknownOrderError",
    "WouldTakeError",
]
