"""The level at which a guard sold: its threshold, its target, or its trailing stop."""

from dataclasses import dataclass
from decimal import Decimal

from handlers.render.numbers import percent_beside, price, target_percent, threshold_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A target where a profit was to be taken, a stop that was reached, else the threshold."""

    threshold: Decimal
    target: Decimal | None
    stop: Decimal | None
    currency: str

    @property
    def title(self) -> str:
        """Return how the alert of its sale begins."""
        if self.stop is not None:
            return "STOP SOLD"
        return "EMERGENCY LIQUIDATION" if self.target is None else "TAKE PROFIT"

    @property
    def name(self) -> str:
        """Return what sold, in one word."""
        if self.stop is not None:
            return "stop"
        return "guard" if self.target is None else "target"

    def beside(self, ratio: Decimal) -> str:
        """Write the result at the trigger so that it never reads as on the other side of the level."""
        return percent_beside(ratio, self.threshold if self.target is None else self.target)

    @property
    def row(self) -> tuple[str, str]:
        """Return its name and figure."""
        if self.stop is not None:
            return "Stop", price(self.stop, self.currency)
        if self.target is None:
            return "Threshold", threshold_percent(self.threshold)
        return "Target", target_percent(self.target)
