"""Read a stream's JSON exactly: numbers with a point become Decimals and whole ones integers, never floats."""

import json
from decimal import Decimal
from typing import NoReturn

from engine.brokers.parse import MalformedAnswerError


def read_message(text: str | bytes) -> object:
    """Parse one message.

    Raises:
        MalformedAnswerError: it is no JSON, nested too deep, or holds NaN or an infinity, which JSON has not.

    """
    try:
        value: object = _DECODER.decode(text if isinstance(text, str) else text.decode())
    except (ValueError, ArithmeticError, RecursionError) as e:
        found = text if isinstance(text, str) else text.decode(errors="replace")
        raise MalformedAnswerError("no JSON:", found) from e
    return value


def _refuse(constant: str) -> NoReturn:
    raise MalformedAnswerError(f"{constant} is no number")


# One for all messages: to make one for each would take longer than to read most of them.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)
