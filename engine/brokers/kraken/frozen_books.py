"""Distinguish a frozen order book from a quiet one.

Ticker has no time. Each level of Depth reports when it last changed, and Ticker how often the pair is traded, which
changes a book each time.
https://docs.kraken.com/api/docs/rest-api/get-order-book, https://docs.kraken.com/api/docs/rest-api/get-ticker-information
"""

from datetime import datetime, timedelta

from engine import wall_time

#: A book in which nothing changed for as long as so many trades usually take is frozen. The night has a part of the
#: day's trades, and orders come and go between two trades.
TRADES_MISSED = 50
#: No book is called frozen sooner.
LEAST_CALM = timedelta(seconds=60)
_A_DAY = timedelta(days=1)


def longest_calm(trades_a_day: int | None) -> timedelta | None:
    """Return for how long a live book may stand still; None where nothing shows it."""
    return max(LEAST_CALM, _A_DAY * TRADES_MISSED / trades_a_day) if trades_a_day else None


class FrozenBooks:
    """Which books have not changed for too long; all times are the venue's."""

    def __init__(self) -> None:
        self._trades_a_day = dict[str, int | None]()
        self._frozen_at = dict[str, datetime]()

    def note_trades(self, symbol: str, trades_a_day: int | None) -> None:
        """Remember how often a pair is traded."""
        self._trades_a_day[symbol] = trades_a_day

    def note_book(self, symbol: str, changed_at: datetime | None, *, now: datetime) -> None:
        """Judge a book by when it last changed; one that does not report it is not known to be frozen."""
        limit = longest_calm(self._trades_a_day.get(symbol))
        if changed_at is not None and limit is not None and wall_time.between(changed_at, now) > limit:
            self._frozen_at[symbol] = changed_at
        else:
            self._frozen_at.pop(symbol, None)

    def frozen_at(self, symbol: str) -> datetime | None:
        """Return since when a pair's book stands still, if it is frozen: its ticker is no younger."""
        return self._frozen_at.get(symbol)
