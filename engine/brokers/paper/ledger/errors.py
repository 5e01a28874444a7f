"""The ways a ledger refuses; each venue words them in its own strings."""

from decimal import Decimal


class LedgerError(Exception):
    """The operation was refused and changed nothing."""


class InsufficientFundsError(LedgerError):
    """More of an asset was asked for than is free."""

    def __init__(self, asset: str, *, needed: Decimal, free: Decimal) -> None:
        super().__init__(f"{needed} {asset} needed, {free} free")
        self.asset = asset
        self.needed = needed
        self.free = free


class InsufficientMarginError(LedgerError):
    """A margin order needs more collateral than is free."""


class BelowMinimumError(LedgerError):
    """An order is smaller than its listing allows."""

    def __init__(self, what: str, *, minimum: Decimal, was: Decimal) -> None:
        super().__init__(f"{what} {was} is below {minimum}")
        #: "quantity" or "notional"
        self.what = what
        self.minimum = minimum
        self.was = was


class OffStepError(LedgerError):
    """A quantity or price is no positive multiple of its step."""

    def __init__(self, what: str, *, step: Decimal, was: Decimal) -> None:
        super().__init__(f"{what} {was} is no multiple of {step}")
        #: "quantity" or "price"
        self.what = what
        self.step = step
        self.was = was


class WouldTakeError(LedgerError):
    """A post-only order would fill at once."""


class NothingToReduceError(LedgerError):
    """A reduce-only order met no open position on the other side."""


class UnknownOrderError(LedgerError):
    """No open order has this id."""
