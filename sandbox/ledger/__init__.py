"""One account's money in exact decimals: balances, holds, orders, fills and margin positions."""

from sandbox.ledger.account import Ledger
from sandbox.ledger.errors import (
    BelowMinimumError,
    InsufficientFundsError,
    InsufficientMarginError,
    LedgerError,
    NothingToReduceError,
    OffStepError,
    UnknownOrderError,
    WouldTakeError,
)
from sandbox.ledger.values import (
    Draft,
    Entry,
    EntryKind,
    FeeOn,
    Fees,
    Fill,
    Kind,
    Order,
    OrderStatus,
    Position,
    Side,
)

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
    "OrderStatus",
    "Position",
    "Side",
    "UnknownOrderError",
    "WouldTakeError",
]
