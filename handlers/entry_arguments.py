"""What is typed after the commands about buys, read into typed values or into a sentence that helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.entries.sizing import Amount, EquityShare, Most, SizeRequest
from engine.model.venues import Venue
from handlers.arguments import Misread, parse_symbol, parse_usd, parse_venue, short
from handlers.render.threshold import one_threshold

_PERCENT = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?%")
_MOST = "MAX"
_USUAL, _OFF = "usual", "off"
#: How a user may call the loss at which a guard sells.
_THRESHOLD = frozenset({"threshold", "stop", "stoploss", "stop-loss", "pnl", "guard"})
_SETTING_AND_VALUE = 2
_SIZES = ("/settings size 5%", "/settings size usual")
_LOSSES = ("/settings loss 50", "/settings loss off")
_LARGEST_USD = Decimal(1_000_000_000)
#: Said beside an amount, these name its unit and nothing to trade.
_UNITS = frozenset({"USD", "$", "DOLLARS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteArguments:
    """What to preview; None stands for the usual symbol, and for the usual size."""

    symbol: str | None
    size: SizeRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyArguments:
    """Which buy to look into; no size stands for the usual one."""

    symbol: str
    size: SizeRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyArguments:
    """What to buy; no size stands for the usual one, and no broker for whichever costs least."""

    symbol: str
    size: SizeRequest
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


def parse_route(arguments: Sequence[str]) -> RouteArguments | Misread:
    """Read `[SYMBOL] [USD | n% | max]`, in either order."""
    named = _parse_symbol_and_size(arguments, example="/route BTC 30")
    return named if isinstance(named, Misread) else RouteArguments(symbol=named[0], size=named[1])


def parse_why(arguments: Sequence[str]) -> WhyArguments | Misread:
    """Read `SYMBOL [USD | n% | max]`, in either order."""
    example = "/why BTC 30"
    named = _parse_symbol_and_size(arguments, example=example)
    if isinstance(named, Misread):
        return named
    symbol, size = named
    if symbol is None:
        return Misread(why="Which coin or stock? Name one.", example=example)
    return WhyArguments(symbol=symbol, size=size)


def parse_buy(arguments: Sequence[str]) -> BuyArguments | Misread:
    """Read `SYMBOL [USD | n% | max] [BROKER]`, in any order."""
    example = "/buy BTC 30"
    venues = [venue for argument in arguments if (venue := parse_venue(argument))]
    if len(venues) > 1:
        return Misread(why="Nothing was bought. Name one broker, or none.", example=f"{example} kraken")
    others = [argument for argument in arguments if not parse_venue(argument)]
    named = _parse_symbol_and_size(others, example=example)
    if isinstance(named, Misread):
        return named
    symbol, size = named
    if symbol is None:
        return Misread(why="Nothing was bought. Which coin or stock? Name one.", example=example)
    return BuyArguments(symbol=symbol, size=size, venue=venues[0] if venues else None)


def _parse_symbol_and_size(
    arguments: Sequence[str], *, example: str
) -> tuple[str | None, SizeRequest] | Misread:
    named = [argument for argument in arguments if argument.upper() not in _UNITS]
    if broker := next((argument for argument in named if parse_venue(argument)), None):
        names = ", ".join(venue.label for venue in Venue)
        why = f"“{short(broker)}” is a broker: each of {names} is compared. Name what to buy, and a size."
        return Misread(why=why, example=example)
    sizes = [argument for argument in named if _names_size(argument)]
    symbols = [argument for argument in named if not _names_size(argument)]
    if len(sizes) > 1:
        return Misread(why=f"Name one size; “{short(sizes[1])}” is a second one.", example=example)
    if len(symbols) > 1:
        return Misread(
            why=f"Name one symbol, and a size like 30, 5% or max: “{short(symbols[1])}” is neither.",
            example=example,
        )
    symbol = parse_symbol(symbols[0]) if symbols else None
    if symbols and symbol is None:
        return Misread(why=f"“{short(symbols[0])}” is not a symbol.", example=example)
    size = parse_size(sizes[0], example=example) if sizes else None
    return size if isinstance(size, Misread) else (symbol, size)


def parse_size(argument: str, *, example: str) -> Amount | EquityShare | Most | Misread:
    """Read `$30`, `5%` of total equity or `max`."""
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


def parse_settings(arguments: Sequence[str], *, threshold: Decimal) -> SettingsArguments | Misread | None:
    """Read `size 5%`, `size usual`, `loss 50` or `loss off`; None when nothing is to be changed.

    `threshold` is that of every new guard, which is no setting of the chat.
    """
    if not arguments:
        return None
    name = arguments[0].lower()
    if name in _THRESHOLD:
        why = f"Nothing was changed: the threshold is set on the server. {one_threshold(threshold)}"
        return Misread(why=why, example="/positions", others=("/settings",))
    if name not in set(SettingsChange):
        return Misread(
            why="Nothing was changed. Name a setting, size or loss, and its value.",
            example=_SIZES[0],
            others=_LOSSES[:1],
        )
    is_size = name == SettingsChange.SIZE
    if len(arguments) != _SETTING_AND_VALUE:
        example, *others = _SIZES if is_size else _LOSSES
        return Misread(
            why="Nothing was changed. Name a setting and its value.", example=example, others=tuple(others)
        )
    return _parse_usual_size(arguments[1]) if is_size else _parse_loss(arguments[1])


def _parse_usual_size(typed: str) -> SettingsArguments | Misread:
    if typed.lower() == _USUAL:
        return SettingsArguments(change=SettingsChange.SIZE, value=None)
    size = parse_size(typed, example=_SIZES[0])
    if isinstance(size, EquityShare):
        return SettingsArguments(change=SettingsChange.SIZE, value=size.ratio)
    return Misread(why="Nothing was changed. The usual size is a part of total equity.", example=_SIZES[0])


def _parse_loss(typed: str) -> SettingsArguments | Misread:
    if typed.lower() == _OFF:
        return SettingsArguments(change=SettingsChange.LOSS, value=None)
    usd = parse_usd(typed)
    if usd is None or not 0 < usd <= _LARGEST_USD:
        return Misread(
            why="Nothing was changed. The daily loss limit is an amount in dollars, or off.",
            example=_LOSSES[0],
            others=_LOSSES[1:],
        )
    return SettingsArguments(change=SettingsChange.LOSS, value=usd)


def _names_size(argument: str) -> bool:
    is_part = _PERCENT.fullmatch(argument) is not None
    return argument.upper() == _MOST or is_part or parse_usd(argument) is not None
