"""A pause that python-telegram-bot cannot hold is cut or left out: it would raise what is no error of Telegram's."""

from math import ceil
from typing import Any

_PARAMETERS, _PAUSE = "parameters", "retry_after"
#: What `datetime.timedelta` holds by far, and longer than any pause can be meant.
_MOST_S = 10**9


def bound_pause(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of Telegram's whose pause, if it names one, is a whole number of seconds above zero.

    One that is no such number is left out; its description still contains it.
    """
    parameters = answer.get(_PARAMETERS)
    if not isinstance(parameters, dict) or _PAUSE not in parameters:
        return answer
    rest = {name: value for name, value in parameters.items() if name != _PAUSE}
    seconds = _whole_seconds(parameters[_PAUSE])
    return answer | {_PARAMETERS: rest if seconds is None else rest | {_PAUSE: seconds}}


def _whole_seconds(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Not a number is not above zero either.
    return ceil(min(value, _MOST_S)) if value > 0 else None
