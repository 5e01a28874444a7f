"""Kraken's error strings, and which of them each refusal of the ledger becomes.

The list is https://docs.kraken.com/api/docs/guides/spot-errors.
"""

from engine.brokers.paper.ledger import (
    BelowMinimumError,
    InsufficientFundsError,
    InsufficientMarginError,
    LedgerError,
    NothingToReduceError,
    OffStepError,
    UnknownOrderError,
    WouldTakeError,
)
from sandbox.venue import RefusedError

INVALID_ARGUMENTS = "EGeneral:Invalid arguments"
UNKNOWN_PAIR = "EQuery:Unknown asset pair"
UNKNOWN_ORDER = "EOrder:Unknown order"


class KrakenError(RefusedError):
    """The request is refused with this error string."""

    def __init__(self, error: str) -> None:
        super().__init__(200, {"error": [error]}, reason=error)


def invalid(argument: str) -> KrakenError:
    """The refusal of one argument."""
    return KrakenError(f"{INVALID_ARGUMENTS}:{argument}")


def worded(error: LedgerError) -> KrakenError:
    """A ledger's refusal in Kraken's words."""
    if isinstance(error, BelowMinimumError):
        small = error.what == "quantity"
        return invalid("volume minimum not met") if small else KrakenError("EOrder:Cost minimum not met")
    if isinstance(error, OffStepError):
        return invalid("volume") if error.what == "quantity" else KrakenError("EOrder:Tick size check failed")
    return KrakenError(_WORDS[type(error)])


_WORDS: dict[type[LedgerError], str] = {
    InsufficientFundsError: "EOrder:Insufficient funds",
    InsufficientMarginError: "EOrder:Margin level too low",
    NothingToReduceError: "EOrder:Reduce only:No position exists",
    WouldTakeError: "EOrder:Post only order",
    UnknownOrderError: UNKNOWN_ORDER,
}
