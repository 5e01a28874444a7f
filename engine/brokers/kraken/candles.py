"""Kraken's candles: which of their widths still reaches a moment, and how they read."""

from datetime import timedelta

from engine.brokers.candles import Candle
from engine.brokers.parse import MalformedAnswerError, amount, as_list, as_row, unix_time_in

_WIDTHS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 240, 1440, 10080, 21600))
#: 720 are kept of each width; one is still running, and one is spare for a clock that goes wrong.
_REACH = 718
_CLOSE = 4
_LAST = "last"


def plan_candle_width(age: timedelta) -> timedelta | None:
    """Return the finest width whose candles reach so far back; None when it is too long ago for all."""
    return next((width for width in _WIDTHS if age < width * _REACH), None)


def parse_candles(result: object) -> list[Candle]:
    """Read OHLC of one pair."""
    pairs = [value for name, value in as_row(result, "OHLC").items() if name != _LAST]
    if len(pairs) != 1:
        message = f"OHLC answered for {len(pairs)} pairs"
        raise MalformedAnswerError(message)
    return [_candle(as_list(item, "OHLC")) for item in as_list(pairs[0], "OHLC")]


def _candle(item: list[object]) -> Candle:
    if len(item) <= _CLOSE:
        message = f"a candle of {len(item)} figures"
        raise MalformedAnswerError(message)
    start = unix_time_in({"time": item[0]}, "time")
    return Candle(start=start, close=amount(item[_CLOSE], "close"))
