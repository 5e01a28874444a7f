"""What is typed after /target and /stop, read into typed values or into a sentence that helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.guards.guard import AtTarget
from engine.guards.rule import LARGEST_TRAIL, LEAST_TRAIL, LOWEST_THRESHOLD
from engine.model.venues import Venue
from engine.offers.levels_plan import KEEP, Change
from handlers.arguments import Misread, parse_guard, short
from handlers.render.numbers import loss_percent

_PERCENT = re.compile(r"[-+\u2212]?([0-9]{1,4}(?:[.,][0-9]{1,4})?)%?")
_OFF, _TRAIL = "off", "trail"
_EVEN = frozenset({"even", "breakeven", "break-even"})
_EVEN_EXAMPLE = "/target BTC 3 even"
_TARGET_EXAMPLE, _STOP_EXAMPLE = "/target BTC 3", "/stop BTC 2"
_HIGHEST_TARGET = Decimal(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelArguments:
    """Which guard, and what is to become of it."""

    symbol: str
    venue: Venue | None
    change: Change


def parse_target(arguments: Sequence[str]) -> LevelArguments | Misread:
    """Read `SYMBOL [PERCENT [even] | off] [BROKER]`; without a level it is only shown."""
    typed = next((one for one in arguments[1:] if one.lower() == _OFF), None)
    if typed is not None:
        return _named(arguments, typed, Change(target=None), command="target", example=_TARGET_EXAMPLE)
    even = next((one for one in arguments[1:] if one.lower() in _EVEN), None)
    if even is not None:
        arguments = [one for one in arguments if one is not even]
    typed, ratio = _percent(arguments)
    if even is not None and ratio is None:
        return _misread("Name the gain at which the stop moves to break-even.", _EVEN_EXAMPLE)
    if ratio is not None and not 0 < ratio <= _HIGHEST_TARGET:
        return _misread("The target is a gain of more than 0 % and at most 1,000 %.", _TARGET_EXAMPLE)
    at_target = AtTarget.SELL if even is None else AtTarget.BREAK_EVEN
    change = KEEP if ratio is None else Change(target=ratio, at_target=at_target)
    return _named(arguments, typed, change, command="target", example=_TARGET_EXAMPLE)


def parse_stop(arguments: Sequence[str]) -> LevelArguments | Misread:
    """Read `SYMBOL PERCENT [BROKER]`, what may be lost, or `SYMBOL trail PERCENT`; without a level it is only shown."""
    if trailing := next((one for one in arguments[1:] if one.lower() == _TRAIL), None):
        return _parse_trail([one for one in arguments if one is not trailing])
    typed, ratio = _percent(arguments)
    if ratio is not None and not 0 < ratio <= -LOWEST_THRESHOLD:
        most = loss_percent(LOWEST_THRESHOLD)
        return _misread(f"The stop is a loss of more than 0 % and at most {most}.", _STOP_EXAMPLE)
    change = KEEP if ratio is None else Change(threshold=-ratio)
    return _named(arguments, typed, change, command="stop", example=_STOP_EXAMPLE)


def _parse_trail(arguments: Sequence[str]) -> LevelArguments | Misread:
    """Read the rest of `SYMBOL trail PERCENT [BROKER]` or `SYMBOL trail off`."""
    example = "/stop BTC trail 2"
    typed, ratio = _percent(arguments)
    off = next((one for one in arguments[1:] if one.lower() == _OFF), None)
    if off is not None:
        return _named(arguments, off, Change(trail=None), command="stop", example=example)
    if ratio is None or not LEAST_TRAIL <= ratio <= LARGEST_TRAIL:
        least, most = loss_percent(LEAST_TRAIL), loss_percent(LARGEST_TRAIL)
        return _misread(f"A trailing stop is {least} to {most} behind the price, or off.", example)
    return _named(arguments, typed, Change(trail=ratio), command="stop", example=example)


def _percent(arguments: Sequence[str]) -> tuple[str | None, Decimal | None]:
    """Return the level that was typed behind the symbol, and as a fraction."""
    for typed in arguments[1:]:
        if found := _PERCENT.fullmatch(typed):
            return typed, Decimal(found[1].replace(",", ".")) / 100
    return None, None


def _named(
    arguments: Sequence[str], level: str | None, change: Change, *, command: str, example: str
) -> LevelArguments | Misread:
    others = list(arguments)
    if level is not None:
        others.remove(level)
    named = parse_guard(others, command=command)
    if isinstance(named, Misread):
        return Misread(why=named.why, example=example)
    if named.symbol is None:
        return _misread(f"“{short(arguments[0])}” is not one position: name one.", example)
    return LevelArguments(symbol=named.symbol, venue=named.venue, change=change)


def _misread(why: str, example: str) -> Misread:
    return Misread(why=f"Nothing was changed. {why}", example=example)
