"""What is typed after a command, read into typed values or into a sentence that helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.entries.sizing import Amount, EquityShare, Most, SizeRequest
from engine.model.typed_names import in_capitals
from engine.model.venues import Venue
from handlers.coin_names import symbol_named
from handlers.render.threshold import one_threshold

#: As long as the longest name of a position, an option's, and short enough for a Refresh button's 64 bytes.
_SYMBOL = re.compile(r"[A-Za-z0-9.]{1,24}(?:/[A-Za-z0-9]{2,6})?")
_USD = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,8})?")
#: A loss, as a user writes it who wants another threshold.
_THRESHOLD = re.compile(r"[-\u2212][0-9]+(?:[.,][0-9]+)?%?|[0-9]+(?:[.,][0-9]+)?%|%")
_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?%")
_MOST = "MAX"
_USUAL, _OFF = "usual", "off"
_SETTING_AND_VALUE = 2
_EVERYTHING = "ALL"
_LARGEST_USD = Decimal(1_000_000_000)
#: Said beside an amount, these name its unit and nothing to trade.
_UNITS = frozenset({"USD", "$", "DOLLARS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """What could not be understood, and a line that would be."""

    why: str
    example: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardArguments:
    """Which position; without a venue, wherever it is held."""

    #: None for everything that is held.
    symbol: str | None
    venue: Venue | None


class SettingsChange(StrEnum):
    """What of the settings is changed."""

    SIZE = "size"
    LOSS = "loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsArguments:
    """A setting's new value; None for the usual one, or for off."""

    change: SettingsChange
    value: Decimal | None


def parse_symbol(argument: str) -> str | None:
    """Read `BTC`, `btc/usd`, `BTC-USD` or `bitcoin`."""
    symbol = in_capitals(symbol_named(argument.replace("-", "/")))
    return symbol if _SYMBOL.fullmatch(symbol) else None


def parse_usd(argument: str) -> Decimal | None:
    """Read `30`, `$30`, `30$` or `1,000.50`."""
    digits = argument.removeprefix("$").removesuffix("$")
    return Decimal(digits.replace(",", "")) if _USD.fullmatch(digits) else None


def parse_venue(argument: str) -> Venue | None:
    """Read a broker's name in any case."""
    name = argument.lower()
    return Venue(name) if name in set(Venue) else None


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
        return Misread(why=f"Name one size; “{_short(sizes[1])}” is a second one.", example=example)
    if not symbols:
        return Misread(why="Which coin or stock? Name one.", example=example)
    if len(symbols) > 1:
        return Misread(
            why=f"Name one symbol, and a size like 30, 5% or max: “{_short(symbols[1])}” is neither.",
            example=example,
        )
    symbol = parse_symbol(symbols[0])
    if symbol is None:
        return Misread(why=f"“{_short(symbols[0])}” is not a symbol.", example=example)
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


def parse_one_symbol(arguments: Sequence[str], *, command: str) -> str | Misread | None:
    """Read `[SYMBOL]`; None when there is none."""
    example = f"/{command} BTC"
    if len(arguments) > 1:
        return Misread(why="Name one symbol, or none.", example=example)
    symbol = parse_symbol(arguments[0]) if arguments else None
    if arguments and symbol is None:
        return Misread(why=f"“{_short(arguments[0])}” is not a symbol.", example=example)
    return symbol


def parse_guard(
    arguments: Sequence[str], *, command: str, threshold: Decimal | None = None
) -> GuardArguments | Misread:
    """Read `SYMBOL [BROKER]`, in either order; `ALL` stands for everything.

    `threshold` is that of every new guard, where one is set.
    """
    example = f"/{command} BTC kraken"
    wished = next((argument for argument in arguments if _THRESHOLD.fullmatch(argument)), None)
    if wished is not None and threshold is not None:
        why = f"Nothing was done: “{_short(wished)}” cannot be chosen here. {one_threshold(threshold)}"
        return Misread(why=why, example=example)
    venues = [venue for argument in arguments if (venue := parse_venue(argument))]
    others = [argument for argument in arguments if not parse_venue(argument)]
    if not others:
        return Misread(why="Nothing was done. Which position? /positions lists them.", example=example)
    symbol = parse_symbol(others[0])
    if symbol is None:
        return Misread(why=f"“{_short(others[0])}” is not a symbol.", example=example)
    if len(others) > 1:
        return _too_much(others[1], command, example)
    if len(venues) > 1:
        return Misread(why="Name one broker, or none.", example=example)
    venue = venues[0] if venues else None
    return GuardArguments(symbol=None if symbol == _EVERYTHING else symbol, venue=venue)


def parse_one_venue(arguments: Sequence[str], *, command: str) -> Venue | Misread | None:
    """Read `[BROKER]`; None when there is none."""
    example = f"/{command} kraken"
    unknown = next((argument for argument in arguments if parse_venue(argument) is None), None)
    if unknown is not None:
        return _no_broker(unknown, example)
    if len(arguments) > 1:
        return Misread(why="Name one broker, or none.", example=example)
    return parse_venue(arguments[0]) if arguments else None


def _why_not_route(argument: str, amount: Decimal | None, symbol: str | None) -> str:
    if amount is not None:
        return f"Name one amount; “{_short(argument)}” is a second one."
    if symbol is not None:
        return f"Name one symbol, and an amount in dollars: “{_short(argument)}” is not an amount."
    return f"“{_short(argument)}” is neither a symbol nor an amount in dollars."


def _too_much(argument: str, command: str, example: str) -> Misread:
    if parse_usd(argument) is not None or _THRESHOLD.fullmatch(argument):
        why = (
            f"Nothing was done: /{command} takes no amount, it is about the whole position. “{_short(argument)}” "
            "was not used."
        )
        return Misread(why=why, example=example)
    return _no_broker(argument, example)


def _no_broker(argument: str, example: str) -> Misread:
    names = ", ".join(venue.label for venue in Venue)
    return Misread(
        why=f"Nothing was done: I know no broker “{_short(argument)}”. I know {names}.", example=example
    )


def _short(argument: str) -> str:
    longest = 20
    return argument if len(argument) <= longest else f"{argument[:longest]}…"
