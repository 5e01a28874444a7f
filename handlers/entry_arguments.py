"""What is typed after the commands about buys, read into typed values or into a sentence that helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.entries.sizing import Amount, EquityShare, Most, SizeRequest
from handlers.arguments import Misread, parse_symbol, parse_usd, short

_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?%")
_MOST = "MAX"
_USUAL, _OFF = "usual", "off"
_SETTING_AND_VALUE = 2
_LARGEST_USD = Decimal(1_000_000_000)
#: Said beside an amount, these name its unit and nothing to trade.
_UNITS = frozenset({"USD", "$", "DOLLARS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteArguments:
    """What to preview; None stands for the usual."""

    symbol: str | None
    size: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyArguments:
    """Which buy to look into; no size stands for the usual one."""

    symbol: str
    size: SizeRequest


class SettingsChange(StrEnum):
    """What of the settings is changed."""

    SIZE = "size"
    LOSS = "loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsArguments:
    """A setting's new value; None for the usual one, or for off."""

    change: SettingsChange
    value: Decimal | None


def parse_route(arguments: Sequence[str]) -> RouteArguments | Misread:
    """Read `[SYMBOL] [USD]`, in either order."""
    symbol: str | None = None
    usd: Decimal | None = None
    for argument in arguments:
        if argument.upper() in _UNITS:
            continue
        amount, named = parse_usd(argument), parse_symbol(argument)
        if amount is not None and usd is None:
            usd = amount
        elif amount is None and named is not None and symbol is None:
            symbol = named
        else:
            return Misread(why=_why_not_route(argument, amount, named), example="/route BTC 30")
    if usd is not None and not 0 < usd <= _LARGEST_USD:
        return Misread(
            why="The size must be more than $0 and at most $1,000,000,000.", example="/route BTC 30"
        )
    return RouteArguments(symbol=symbol, size=None if usd is None else Amount(usd))


def parse_why(arguments: Sequence[str]) -> WhyArguments | Misread:
    """Read `SYMBOL [USD | n% | max]`, in either order."""
    example = "/why BTC 30"
    named = [argument for argument in arguments if argument.upper() not in _UNITS]
    sizes = [argument for argument in named if _names_size(argument)]
    symbols = [argument for argument in named if not _names_size(argument)]
    if len(sizes) > 1:
        return Misread(why=f"Name one size; “{short(sizes[1])}” is a second one.", example=example)
    if not symbols:
        return Misread(why="Which coin or stock? Name one.", example=example)
    if len(symbols) > 1:
        return Misread(
            why=f"Name one symbol, and a size like 30, 5% or max: “{short(symbols[1])}” is neither.",
            example=example,
        )
    symbol = parse_symbol(symbols[0])
    if symbol is None:
        return Misread(why=f"“{short(symbols[0])}” is not a symbol.", example=example)
    size = parse_size(sizes[0]) if sizes else None
    if isinstance(size, Misread):
        return size
    return WhyArguments(symbol=symbol, size=size)


def parse_size(argument: str) -> Amount | EquityShare | Most | Misread:
    """Read `$30`, `5%` of total equity or `max`."""
    example = "/why BTC 30"
    if argument.upper() == _MOST:
        return Most()
    if _PERCENT.fullmatch(argument):
        ratio = Decimal(argument.removesuffix("%").replace(",", ".")) / 100
        if 0 < ratio <= 1:
            return EquityShare(ratio)
        return Misread(why="The size must be more than 0% and at most 100% of total equity.", example=example)
    usd = parse_usd(argument)
    if usd is None or not 0 < usd <= _LARGEST_USD:
        return Misread(why="The size must be more than $0 and at most $1,000,000,000.", example=example)
    return Amount(usd)


def parse_settings(arguments: Sequence[str]) -> SettingsArguments | Misread | None:
    """Read `size 5%`, `size usual`, `loss 50` or `loss off`; None when nothing is to be changed."""
    if not arguments:
        return None
    name = arguments[0].lower()
    if name not in set(SettingsChange) or len(arguments) != _SETTING_AND_VALUE:
        return Misread(why="Nothing was changed. Name a setting and its value.", example="/settings size 5%")
    return _parse_usual_size(arguments[1]) if name == SettingsChange.SIZE else _parse_loss(arguments[1])


def _parse_usual_size(typed: str) -> SettingsArguments | Misread:
    if typed.lower() == _USUAL:
        return SettingsArguments(change=SettingsChange.SIZE, value=None)
    size = parse_size(typed)
    if isinstance(size, EquityShare):
        return SettingsArguments(change=SettingsChange.SIZE, value=size.ratio)
    return Misread(
        why="Nothing was changed. The usual size is a part of total equity.", example="/settings size 5%"
    )


def _parse_loss(typed: str) -> SettingsArguments | Misread:
    if typed.lower() == _OFF:
        return SettingsArguments(change=SettingsChange.LOSS, value=None)
    usd = parse_usd(typed)
    if usd is None or not 0 < usd <= _LARGEST_USD:
        return Misread(
            why="Nothing was changed. The daily loss limit is an amount in dollars, or off.",
            example="/settings loss 50",
        )
    return SettingsArguments(change=SettingsChange.LOSS, value=usd)


def _names_size(argument: str) -> bool:
    is_part = _PERCENT.fullmatch(argument) is not None
    return argument.upper() == _MOST or is_part or parse_usd(argument) is not None


def _why_not_route(argument: str, amount: Decimal | None, symbol: str | None) -> str:
    if amount is not None:
        return f"Name one amount; “{short(argument)}” is a second one."
    if symbol is not None:
        return f"Name one symbol, and an amount in dollars: “{short(argument)}” is not an amount."
    return f"“{short(argument)}” is neither a symbol nor an amount in dollars."
