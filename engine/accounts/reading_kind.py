"""What is read of an account, and who hears what came of it."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeAlias

from engine.model.errors import BrokerError
from engine.model.venues import Account


class ReadingKind(StrEnum):
    """What is read of an account; the values are shown to its owner."""

    BALANCES = "balances"
    PAST_TRADES = "past trades"
    #: Of what is held: the account itself answers.
    PRICES = "prices"


#: Records what came of a reading, where no error is success, so that a broker's owner is alerted when it stays silent.
NoteOutcome: TypeAlias = Callable[[Account, ReadingKind, BrokerError | None], Awaitable[None]]
