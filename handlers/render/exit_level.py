"""The level at which a guard sold: its threshold, or its target."""

from dataclasses import dataclass
from decimal import Decimal

from handlers.render.numbers import percent_beside, target_percent, threshold_percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A target where a profit was to be taken, else the threshold."""

    threshold: Decimal
    target: Decimal | None

    def beside(self, ratio: Decimal) -> str:
        """Write the result at the trigger so that it never reads as on the other side of the level."""
        return percent_beside(ratio, self.threshold if self.target is None else self.target)

    @property
    def row(self) -> tuple[str, str]:
        """Return its name and figure."""
        if self.target is None:
            return "Threshold", threshold_percent(self.threshold)
        return "Target", target_percent(self.target)
