"""Pure: a past moment's price among the candles a venue shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.brokers.parse import MalformedAnswerError
from engine.money import ZERO

#: Where a minute without a trade has no candle, one that is so much older still tells the price.
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
    begun = [candle for candle in candles if candle.start <= at]
    if not begun:
        return None
    newest = max(begun, key=lambda candle: candle.start)
    if newest.close <= ZERO:
        message = f"a candle that closed at {newest.close}"
        raise MalformedAnswerError(message)
    return newest.close
