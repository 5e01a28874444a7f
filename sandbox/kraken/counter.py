"""The call counter of one API key: it rises with each call and decays with time.

https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits
"""

from dataclasses import dataclass
from enum import Enum


class Tier(Enum):
    """Verification tiers: the highest counter, and its decay a second."""

    STARTER = (15, 0.33)
    INTERMEDIATE = (20, 0.5)
    PRO = (20, 1.0)


@dataclass(slots=True)
class CallCounter:
    """Counts calls against a tier; a refused call counts too, as it does at the venue."""

    tier: Tier
    level: float = 0.0
    at: float = 0.0

    def admits(self, cost: int, now: float) -> bool:
        """Count a call and say whether it is still within the limit."""
        highest, decay = self.tier.value
        self.level = max(self.level - decay * max(now - self.at, 0.0), 0.0) + cost
        self.at = now
        return self.level <= highest
