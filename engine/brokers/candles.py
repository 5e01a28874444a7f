"""Pure: a past moment's price among the candles a venue shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.brokers.parse import MalformedAnswerError
from engine.model.money import ZERO

#: Where a minute without a trade has no candle, one that is at most this old still gives the price.
QUIET_FOR_AT_MOST = timedelta(hours=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """The last price of a stretch of time."""

    start: datetime
    close: Decimal


def close_at(candles: Iterable[Candle], at: datetime) -> Decimal | None:
    """Return the close of the newest candle that began by then; None when there is none.

    Raises:
        MalformedAnswerError: that candle's price is none.

    """
    begun = [candle for candle in candles if not wall_time.is_before(at, candle.start)]
    if not begun:
        return None
    newest = wall_time.newest_first(begun, at=lambda candle: candle.start)[0]
    if newest.close <= ZERO:
        message = f"a candle that closed at {newest.close}"
        raise MalformedAnswerError(message)
    return newest.close
