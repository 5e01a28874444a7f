"""Read venues' answers field by field: what is missing, null or garbage raises, and never becomes zero."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from engine import wall_time
from engine.model.money import InvalidNumberError, parse_decimal
from engine.model.orders import OrderStatus
from engine.redaction import beginning

Row = Mapping[str, object]
T = TypeVar("T")

_log = logging.getLogger(__name__)
#: What was logged already: some answers come every few seconds.
_noted: set[str] = set()
_NOTED_MOST = 1000
#: How much is shown of an odd value, and of a sentence that may name whatever a venue sent.
_SHOWN, _LONGEST = 60, 300
#: Fields in which the venues' rows name what they are.
_NAMES = ("symbol", "product_id", "currency", "entry_id", "id")

_MICROSECONDS = 1_000_000
_FIRST_SECOND, _END_SECOND = wall_time.FIRST_OF_A_VENUE.timestamp(), wall_time.END_OF_A_VENUE.timestamp()


class MalformedAnswerError(ValueError):
    """An answer lacks a field or holds something else than it should."""

    def __init__(self, message: str, found: str | None = None) -> None:
        super().__init__(message)
        self._message = message
        #: What it holds, in its whole length: a cut would leave a part of a secret that nothing recognizes.
        self._found = found

    def __str__(self) -> str:
        return self.redacted(str)

    def redacted(self, redact: Callable[[str], str]) -> str:
        """Return what is wrong and the beginning of what was found, without secrets."""
        message = beginning(self._message, _LONGEST, redact)
        return message if self._found is None else f"{message} {beginning(self._found, _SHOWN, redact)!r}"


def as_row(value: object, what: str) -> Row:
    """Return a JSON object."""
    if isinstance(value, Mapping):
        return value
    raise _malformed(what, "an object", value)


def as_list(value: object, what: str) -> list[object]:
    """Return a JSON array."""
    if isinstance(value, list):
        return value
    raise _malformed(what, "a list", value)


def row_in(row: Row, key: str) -> Row:
    """Return the object under `key`."""
    return as_row(_present(row, key), key)


def rows_in(row: Row, key: str) -> list[Row]:
    """Return the list of objects under `key`."""
    return [as_row(item, key) for item in as_list(_present(row, key), key)]


def table_in(row: Row, key: str) -> dict[str, Row]:
    """Return the object of objects under `key`."""
    return {name: as_row(item, name) for name, item in row_in(row, key).items()}


def text_in(row: Row, key: str) -> str:
    """Return a text that is not empty."""
    value = _present(row, key)
    if isinstance(value, str) and value:
        return value
    raise _malformed(key, "a text", value)


def flag_in(row: Row, key: str) -> bool:
    """Return true or false."""
    value = _present(row, key)
    if isinstance(value, bool):
        return value
    raise _malformed(key, "true or false", value)


def amount_in(row: Row, key: str) -> Decimal:
    """Return an exact amount."""
    return amount(_present(row, key), key)


def positive_in(row: Row, key: str) -> Decimal:
    """Return an exact amount above zero: a trade of nothing, or at no price, is none."""
    return require_above_zero(amount_in(row, key), key)


def require_above_zero(figure: Decimal, what: str) -> Decimal:
    """Return a figure of which there must be some.

    Raises:
        MalformedAnswerError: it is zero or less.

    """
    if figure <= 0:
        raise _malformed(what, "above zero", figure)
    return figure


def require_none_below_zero(**figures: Decimal) -> None:
    """Refuse a row of a balance that shows less than nothing: nobody knows then how much there is.

    Raises:
        MalformedAnswerError: a figure is below zero.

    """
    for name, figure in figures.items():
        if figure < 0:
            raise _malformed(name, "zero or more", figure)


def optional_in(row: Row, key: str, read: Callable[[Row, str], T]) -> T | None:
    """Return the field, or None where the venue leaves it out, null or empty."""
    return None if row.get(key) in (None, "") else read(row, key)


def readable(
    items: Iterable[object], read: Callable[[Row], T], what: str, *, least: int | None = None
) -> list[T]:
    """Read rows of which an odd one must not hide the others: it is left out and named in the log.

    Raises:
        MalformedAnswerError: fewer than `least` can be read; left out, one when there are rows at all.

    """
    named = {f"{place}": item for place, item in enumerate(items)}
    return list(readable_table(named, lambda _, row: read(row), what, least=least).values())


def readable_table(
    items: Mapping[str, object], read: Callable[[str, Row], T], what: str, *, least: int | None = None
) -> dict[str, T]:
    """Read named rows like `readable`."""
    entries: dict[str, T] = {}
    for name, item in items.items():
        try:
            entries[name] = read(name, as_row(item, what))
        except MalformedAnswerError as e:
            note_odd_row(what, _name(name, item), e)
    if len(entries) < (min(1, len(items)) if least is None else least):
        message = f"{what} lists nothing that can be read"
        raise MalformedAnswerError(message)
    return entries


def note_odd_row(what: str, name: str, error: MalformedAnswerError) -> None:
    """Name a row that was left out in the log, once."""
    note_once(f"{what}: {name[:_SHOWN]} was left out: {error}")


def note_once(message: str, cause: BaseException | None = None) -> None:
    """Write a line into the log, with what it was caused by, unless it stands there already."""
    if message not in _noted and len(_noted) < _NOTED_MOST:
        _noted.add(message)
        _log.warning(message, exc_info=cause)


def _name(name: str, item: object) -> str:
    own = (item.get(key) for key in _NAMES) if isinstance(item, Mapping) else ()
    return next((text for text in own if text and isinstance(text, str)), name)


def lenient(row: Row, key: str, read: Callable[[Row, str], T]) -> T | None:
    """Return a field we can do without, or None where it is missing or cannot be read."""
    try:
        return read(row, key)
    except MalformedAnswerError:
        return None


def one_of(row: Row, key: str, meanings: Mapping[str, T]) -> T:
    """Map a venue's enum value to ours."""
    value = text_in(row, key)
    if value not in meanings:
        raise _malformed(key, "a known word", value)
    return meanings[value]


def order_status_in(row: Row, key: str, final: Mapping[str, OrderStatus]) -> OrderStatus:
    """Return where an order stands: what is not known to be over may still fill, whatever it is called."""
    return final.get(text_in(row, key), OrderStatus.OPEN)


def amount(value: object, what: str) -> Decimal:
    """Read one exact amount."""
    try:
        return parse_decimal(value)
    except InvalidNumberError as e:
        raise _malformed(what, "an amount", value) from e


def unix_time_in(row: Row, key: str) -> datetime:
    """Return a time given in seconds since 1970, exact to the microsecond."""
    seconds = amount_in(row, key)
    if not _FIRST_SECOND <= seconds < _END_SECOND:
        raise _malformed(key, "a time", seconds)
    whole, microseconds = divmod(int(seconds * _MICROSECONDS), _MICROSECONDS)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=microseconds)


def iso_time_in(row: Row, key: str) -> datetime:
    """Return a time given as RFC 3339 text with its zone."""
    value = text_in(row, key)
    try:
        time = datetime.fromisoformat(value)
        # Near the first and the last year a zone leads out of what a date can be.
        at = time.astimezone(UTC)
    except (ValueError, OverflowError) as e:
        raise _malformed(key, "a time", value) from e
    if time.tzinfo is None:
        raise _malformed(key, "a time with its zone", value)
    if not wall_time.may_be_of_a_venue(at):
        raise _malformed(key, "a time", value)
    return at


def _present(row: Row, key: str) -> object:
    if row.get(key) is None:
        message = f"the answer lacks {key}"
        raise MalformedAnswerError(message)
    return row[key]


def _malformed(what: str, expected: str, value: object) -> MalformedAnswerError:
    return MalformedAnswerError(f"{what} should be {expected}, not", str(value))
