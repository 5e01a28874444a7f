"""Column types that keep amounts exact, times in UTC and states within their enum."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text, TypeDecorator

#: Telegram ids and nonces pass 32 bits; SQLite numbers rows by itself only under the name INTEGER.
BIG_INTEGER = BigInteger().with_variant(Integer(), "sqlite")


#: No amount or price is larger; arithmetic with what is much larger overflows, or fills the memory with digits.
_LARGEST_EXPONENT = 40
#: Exact quotients are small and long, but not so small.
_SMALLEST_EXPONENT = -1000


class DecimalText(TypeDecorator[Decimal]):
    """An exact Decimal kept as text, on every database; sums and comparisons belong in Python."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        """Return what a value is read as."""
        return Decimal

    def process_bind_param(self, value: object, _dialect: Dialect) -> str | None:
        """Write all digits; anything that is not a finite Decimal is refused."""
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            message = f"{value!r} is not a finite Decimal"
            raise ValueError(message)
        return format(value, "f")

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Decimal | None:
        """Read the digits back; what is no finite number was not written by us."""
        if value is None:
            return None
        number = Decimal(value)
        if not number.is_finite() or not _SMALLEST_EXPONENT <= number.adjusted() <= _LARGEST_EXPONENT:
            message = f"{value!r} is not an amount"
            raise ValueError(message)
        return number


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; a time without a zone is refused because it names no moment."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn the moment to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value!r} has no time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the moment with its zone, which SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum kept under its value, so that a renamed member does not change what is stored."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    @property
    def python_type(self) -> type[StrEnum]:
        """Return what a value is read as."""
        return self.kind

    def process_bind_param(self, value: StrEnum | str | None, _dialect: Dialect) -> str | None:
        """Write the value; one outside the enum is refused."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        """Return the member."""
        return None if value is None else self.kind(value)


class OpenEnumText(EnumText):
    """An enum's values, and whatever text a newer version wrote: one odd row must not keep the others from being read."""

    cache_ok = True

    @property
    def python_type(self) -> Any:
        """Return what a value is read as."""
        return str

    def process_bind_param(self, value: StrEnum | str | None, _dialect: Dialect) -> str | None:
        """Write the value, or the text as it was read."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the member, or the text where it is none."""
        return value if value not in set(self.kind) else super().process_result_value(value, dialect)


class JsonText(TypeDecorator[Any]):
    """JSON in which amounts and times are strings; a float is refused, it would not be exact."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[object]:
        """Return what a value is read as: anything."""
        return object

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Write the value as JSON."""
        return None if value is None else json.dumps(exact_json(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """Return plain JSON values; amounts stay strings."""
        return None if value is None else json.loads(value)


class ValueJson(TypeDecorator[Any]):
    """A frozen value of the engine kept as JSON, amounts as strings, and read back as the same value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Any]) -> None:
        super().__init__()
        self.kind = kind

    @property
    def python_type(self) -> type[object]:
        """Return what a value is read as."""
        return object

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Write the value as JSON."""
        return None if value is None else self._adapter.dump_json(value, by_alias=True).decode()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """Build the value again."""
        return None if value is None else self._adapter.validate_json(value)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.kind)


def exact_json(value: Any) -> Any:
    """Turn a value into what JSON can hold without losing a digit.

    Raises:
        ValueError: there is a float, a naive time or an unknown type in it.

    """
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() if value.is_finite():
            return format(value, "f")
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat()
        case dict():
            return {str(key): exact_json(item) for key, item in value.items()}
        case list() | tuple():
            return [exact_json(item) for item in value]
        case _:
            message = f"{value!r} cannot be kept exactly as JSON"
            raise ValueError(message)
