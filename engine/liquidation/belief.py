"""What several readings of one position, some time apart, together prove."""

from decimal import Decimal

from engine.clock import Clock
from engine.liquidation.stock import Stock
from engine.money import ZERO

#: A venue may show nothing for a moment; a guard is not given up for that.
BELIEVE_EMPTY_AFTER_S = 10.0

#: Less than was there before is believed when readings of so long say the same.
BELIEVE_SHORT_AFTER_S = 15.0
#: Between two of them.
READ_AGAIN_S = 5.0
#: A doubt that no further reading ends by then is none.
DOUBT_ENDS_AFTER_S = 30.0


class Belief:
    """Doubts a reading that would end or shrink an exit until another one agrees."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        #: Since when every reading found nothing of what is to be sold.
        self._empty_since: float | None = None
        #: What the last short reading found, and since when all of them did.
        self._short: tuple[Decimal, float] | None = None
        #: Since when readings were short, whether or not they agreed.
        self._in_doubt_since: float | None = None

    def is_gone(self, stock: Stock) -> bool:
        """Tell whether nothing is left, by readings some time apart; the venue refused for funds as well."""
        now = self._clock.monotonic()
        if stock.owned != ZERO or not stock.is_fresh:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        return self._empty_since is not None and now - self._empty_since >= BELIEVE_EMPTY_AFTER_S

    def is_torn(self) -> bool:
        """Tell whether readings were short for longer than it takes to believe them, and never agreed."""
        since = self._in_doubt_since
        return since is not None and self._clock.monotonic() - since > BELIEVE_SHORT_AFTER_S

    def is_short(self, stock: Stock, missing: Decimal) -> bool | None:
        """Tell whether something is missing; None while more readings have to agree."""
        now = self._clock.monotonic()
        if stock.owned is None and self._short is not None and now - self._short[1] < DOUBT_ENDS_AFTER_S:
            # Silence confirms nothing and refutes nothing.
            return None
        if not missing or stock.owned is None:
            self._short = self._in_doubt_since = None
            return False
        if self._in_doubt_since is None:
            self._in_doubt_since = now
        if self._short is None or self._short[0] != stock.owned:
            self._short = (stock.owned, now)
        return now - self._short[1] >= BELIEVE_SHORT_AFTER_S or None
