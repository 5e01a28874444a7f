"""The venues NIJA trades at and the accounts held there."""

from dataclasses import dataclass
from enum import StrEnum


class Venue(StrEnum):
    """A place where assets are held and traded."""

    KRAKEN = "kraken"
    COINBASE = "coinbase"
    ALPACA = "alpaca"

    @property
    def lists_stocks(self) -> bool:
        """Return whether what is held there may be a stock, which trades in sessions only."""
        return self is Venue.ALPACA

    @property
    def label(self) -> str:
        """Return the venue's display name."""
        return self.value.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One user's account at one venue."""

    account_id: str
    #: The owner's Telegram user id.
    user_id: int
    venue: Venue
