"""Keeping secrets out of everything that is written down."""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "***"
#: Shorter values would blank out ordinary words.
SHORTEST = 4
#: The same for the single lines of a PEM: its last one may be a few letters.
SHORTEST_LINE = 16

_BOT_ID_AND_KEY = r"\d{6,}:[\w-]{30,}"


class Redactor:
    """Knows every secret in every form it may be written in."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        written = {form for secret in secrets for part in _parts(secret) for form in _forms(part)}
        # The longest first, so that no tail of a longer one is left over.
        exact = [re.escape(form) for form in sorted(written, key=len, reverse=True)]
        self._pattern = re.compile("|".join([*exact, _BOT_ID_AND_KEY]), re.ASCII)

    def text(self, text: str) -> str:
        """Return the text with each secret replaced."""
        return self._pattern.sub(HIDDEN, text)

    def value(self, value: Any) -> Any:
        """Return the value with each secret replaced, however deep it lies."""
        if value is None or isinstance(value, bool | int | float):
            return self._plain(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._key(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        return self.text(repr(value) if isinstance(value, BaseException) else str(value))

    def _plain(self, value: float | None) -> Any:
        # A number can be a secret too, such as a password of digits.
        text = str(value)
        return value if self.text(text) == text else HIDDEN

    def _key(self, key: Any) -> str:
        return self.text(key if isinstance(key, str) else repr(key))


class RedactingFilter(logging.Filter):
    """Cleans a record before any handler formats it, so that a failing handler leaks nothing either."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace message and arguments by the finished, redacted text."""
        if isinstance(record.msg, dict):  # structlog's own
            record.msg = self._redactor.value(record.msg)
            return True
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg!r} {record.args!r}"
        record.msg, record.args = self._redactor.text(message), ()
        return True


def _parts(secret: str) -> Iterator[str]:
    # Libraries quote a PEM line by line, or its body without the line ends.
    lines = [line.strip() for line in secret.splitlines()]
    body = [line for line in lines if line and not line.startswith("-----")]
    parts = [secret, secret.strip(), "".join(body)]
    yield from (part for part in parts if len(part) >= SHORTEST)
    if len(lines) > 1:
        yield from (line for line in body if len(line) >= SHORTEST_LINE)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield repr(secret.encode())[2:-1]
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
