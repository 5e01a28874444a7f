"""Pure: what several readings of one position, some time apart, together prove."""

from dataclasses import dataclass
from decimal import Decimal

from engine.exits.position_reading import PositionReading
from engine.guards.comparison import CONFIRMED_AFTER
from engine.model.money import ZERO

#: A venue may show nothing for a moment; a guard is not given up for that.
BELIEVE_EMPTY_AFTER_S = 10.0

#: Less than was there before is accepted when readings agree for so long.
BELIEVE_SHORT_AFTER_S = CONFIRMED_AFTER.total_seconds()
#: Between two of them.
READ_AGAIN_S = 5.0
#: A shortfall that no further reading resolves by then is forgotten.
SHORTFALL_FORGOTTEN_AFTER_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityCheck:
    """The readings so far, by the steady clock; each updates it, whatever becomes of the exit."""

    #: Since when every reading found nothing of what is to be sold.
    empty_since: float | None = None
    #: What the last short reading found, and since when all of them found that.
    short: tuple[Decimal, float] | None = None
    #: Since when readings were short, whether or not they agreed.
    short_since: float | None = None
    #: True if the last reading had no answer.
    is_silent: bool = False

    def after(self, available: PositionReading, *, missing: Decimal, now_s: float) -> "QuantityCheck":
        """Return what is unconfirmed after one more reading, in which so much is missing."""
        short, short_since = self._short_after(available, missing, now_s)
        is_empty = available.owned == ZERO and available.is_fresh
        return QuantityCheck(
            empty_since=(now_s if self.empty_since is None else self.empty_since) if is_empty else None,
            short=short,
            short_since=short_since,
            is_silent=available.owned is None,
        )

    def is_gone(self, now_s: float) -> bool:
        """Return whether nothing is left; the venue must have refused for funds as well."""
        return self.empty_since is not None and now_s - self.empty_since >= BELIEVE_EMPTY_AFTER_S

    def is_over(self, now_s: float) -> bool:
        """Return whether what the last reading says is to be accepted."""
        if self.short is None:
            return True
        return not self.is_silent and now_s - self.short[1] >= BELIEVE_SHORT_AFTER_S

    def is_contradictory(self, now_s: float) -> bool:
        """Return whether readings were short for longer than it takes to accept them, and never agreed."""
        return self.short_since is not None and now_s - self.short_since > BELIEVE_SHORT_AFTER_S

    def _short_after(
        self, available: PositionReading, missing: Decimal, now_s: float
    ) -> tuple[tuple[Decimal, float] | None, float | None]:
        if (
            available.owned is None
            and self.short is not None
            and now_s - self.short[1] < SHORTFALL_FORGOTTEN_AFTER_S
        ):
            # Silence confirms nothing and refutes nothing.
            return self.short, self.short_since
        if not missing or available.owned is None:
            return None, None
        is_same = self.short is not None and self.short[0] == available.owned
        return (
            self.short if is_same else (available.owned, now_s),
            now_s if self.short_since is None else self.short_since,
        )
