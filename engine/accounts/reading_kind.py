"""What is read of an account, and who hears what came of it."""

from enum import StrEnum
from typing import Protocol

from engine.model.errors import BrokerError
from engine.model.venues import Account


class ReadingKind(StrEnum):
    """What is read of an account; the values are shown to its owner."""

    BALANCES = "balances"
    PAST_TRADES = "past trades"
    #: Of what is held: the account itself answers.
    PRICES = "prices"


class ReadingOutcomes(Protocol):
    """Hears what came of each reading, so that a broker's owner is alerted when it stays silent."""

    async def note(self, account: Account, reading: ReadingKind, error: BrokerError | None) -> None:
        """Record the outcome of a reading; None means success."""
