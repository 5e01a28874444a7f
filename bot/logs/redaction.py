"""Keeping secrets out of everything that the process writes down."""

import logging
from collections.abc import Iterable

from engine.redaction import HIDDEN, Redactor

__all__ = ["HIDDEN", "LogRedactor", "RedactingFilter"]

#: No id is longer than 20 digits: a row of them without an end is gone through once, and not from each of its digits.
_BOT_ID_AND_KEY = r"\d{6,20}+:[\w-]{30,}"


class LogRedactor(Redactor):
    """Knows every secret of the settings, and what a bot token looks like."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(secrets, shapes=(_BOT_ID_AND_KEY,))


class RedactingFilter(logging.Filter):
    """Cleans a record before any handler formats it, so that a failing handler leaks nothing either."""

    def __init__(self, redactor: LogRedactor) -> None:
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
