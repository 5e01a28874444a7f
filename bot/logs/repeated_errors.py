"""A failure that comes with every look is written into the log once in a while, with how often it came since."""

import sys
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import TracebackType

import structlog
from structlog.typing import EventDict, WrappedLogger

WINDOW_S = 600.0
#: So many different failures are distinguished.
MOST = 1000
#: What may differ although the failure is the same.
_VARYING = frozenset({"exc_info", "why"})


@dataclass(slots=True)
class _Written:
    at_s: float
    left_out: int = 0


class RepeatedErrors:
    """A processor that lets the same traceback pass once in ten minutes."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._written: dict[Hashable, _Written] = {}

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Pass a line on, unless the same failure was written just now."""
        error = _error_of(event.get("exc_info"))
        if error is None:
            return event
        fields = frozenset((name, repr(value)) for name, value in event.items() if name not in _VARYING)
        key, now_s = (fields, _places(error)), self._monotonic()
        before = self._written.get(key)
        if before is not None and now_s - before.at_s < WINDOW_S:
            before.left_out += 1
            raise structlog.DropEvent
        if len(self._written) >= MOST:
            self._written.clear()
        self._written[key] = _Written(now_s)
        if before is not None and before.left_out:
            event["left_out_before"] = before.left_out
        return event


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1]
    if exc_info is True:
        exc_info = sys.exception()
    return exc_info if isinstance(exc_info, BaseException) else None


def _places(error: BaseException) -> Hashable:
    """Return what was raised and where, of all the parts of a group and of what it was raised from."""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    cause = () if error.__cause__ is None else (_places(error.__cause__),)
    return type(error), _lines(error.__traceback__), frozenset(map(_places, inner)), cause


def _lines(trace: TracebackType | None) -> frozenset[tuple[str, int]]:
    # A recursion that ends at another depth is the same one.
    lines = set[tuple[str, int]]()
    while trace is not None:
        lines.add((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return frozenset(lines)
