"""The limits that every buy is planned within."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from engine.model.money import exact

#: What a user may set the usual size to, as a part of total equity.
SMALLEST_SHARE, LARGEST_SHARE = Decimal("0.01"), Decimal("0.25")

#: A price, or the cost of a round trip, that differs by more than this from what was confirmed is confirmed again.
MOST_DRIFT = Decimal("0.005")

#: How long a plan's figures count.
PLAN_COUNTS_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRules:
    """What the settings, the user and this version allow; ratios are fractions."""

    #: The loss at which what is bought will be sold.
    threshold: Decimal
    #: A Coinbase account with less is taken only if no other can take the trade.
    coinbase_min_equity_usd: Decimal
    #: The usual size, as a part of total equity.
    share: Decimal = Decimal("0.10")
    #: The usual size is never more of total equity than this, however large the smallest one is.
    most_share: Decimal = Decimal("0.50")
    #: What stays free beside an order, as a part of it: the price may rise until it fills.
    buffer: Decimal = Decimal("0.02")
    #: All guarded positions together, as a part of total equity.
    most_exposure: Decimal = Decimal("0.80")
    most_positions: int = 8
    #: How long an asset is not bought again after it was sold.
    cooldown: timedelta = timedelta(seconds=300)
    #: What may be lost in a day, realised or in what is guarded, before buys are kept back; None keeps none back.
    daily_loss_usd: Decimal | None = None

    @property
    def widest_spread(self) -> Decimal:
        """Return the distance from fill to bid at which half of the loss that is allowed is gone at once."""
        return -self.threshold / 2

    def with_buffer(self, amount: Decimal) -> Decimal:
        """Return what must be free for an order of an amount."""
        with exact():
            return amount * (1 + self.buffer)
