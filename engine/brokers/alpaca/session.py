"""Read Alpaca's clock: whether stocks trade now, and since when or until when."""

from datetime import datetime, time

from engine import wall_time
from engine.brokers.base import Session
from engine.brokers.parse import MalformedAnswerError, Row, as_row, flag_in, iso_time_in, lenient, text_in

_OPENS = time(9, 30)
_NOT_KNOWN_OPEN = "the clock does not show whether the market is open, or since when"


def parse_session(answer: object) -> Session:
    """Read the clock; it names the next close, and the regular session of that day opened at 9:30.

    Of its four fields each may be unreadable as long as the others show whether the market is open.
    """
    row = as_row(answer, "clock")
    next_open, next_close = (lenient(row, key, iso_time_in) for key in ("next_open", "next_close"))
    is_open = lenient(row, "is_open", flag_in)
    if is_open is None and next_open is not None and next_close is not None:
        is_open = wall_time.is_before(next_close, next_open)
    if is_open is None:
        raise MalformedAnswerError(_NOT_KNOWN_OPEN)
    opened_at = _opened_at(row) if is_open else None
    return Session(is_open=is_open, opened_at=opened_at, next_open=next_open, next_close=next_close)


def _opened_at(row: Row) -> datetime | None:
    now, closes = (lenient(row, key, _exchange_time) for key in ("timestamp", "next_close"))
    day = closes or now
    if day is None:
        raise MalformedAnswerError(_NOT_KNOWN_OPEN)
    opened = day.replace(hour=_OPENS.hour, minute=_OPENS.minute, second=0, microsecond=0)
    return None if now is not None and wall_time.is_before(now, opened) else opened


def _exchange_time(row: Row, key: str) -> datetime:
    """Return a time in the zone it is written in: the exchange's own."""
    iso_time_in(row, key)
    return datetime.fromisoformat(text_in(row, key))
