"""What an alert says is at stake: a quantity and the last price that was known of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.model.holdings import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class AtStake:
    """How much may not be sold in time, and what it was worth when that was last known."""

    symbol: str
    direction: Direction
    quantity: Decimal
    #: Of the prices.
    currency: str
    #: The last price that was accepted and when it was true; None where this process saw none, or did not record when.
    price: Decimal | None = None
    at: datetime | None = None
    #: The price at which its guard sells; None where it has none.
    sells_at: Decimal | None = None
