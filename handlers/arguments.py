"""What is typed after a command, read into typed values or into a sentence that helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.model.typed_names import in_capitals
from engine.model.venues import Venue
from handlers.coin_names import symbol_named
from handlers.render.threshold import one_threshold

#: As long as the longest name of a position, an option's, and short enough for a Refresh button's 64 bytes.
_SYMBOL = re.compile(r"[A-Za-z0-9.]{1,24}(?:/[A-Za-z0-9]{2,6})?")
_USD = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,8})?")
#: A loss, as a user writes it who wants another threshold.
_THRESHOLD = re.compile(r"[-\u2212][0-9]+(?:[.,][0-9]+)?%?|[0-9]+(?:[.,][0-9]+)?%|%")
_EVERYTHING = "ALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """What could not be understood, and a line that would be."""

    why: str
    example: str
    #: More of them.
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which position; without a venue, wherever it is held."""

    #: None for everything that is held.
    symbol: str | None
    venue: Venue | None


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


def parse_one_symbol(arguments: Sequence[str], *, command: str) -> str | Misread | None:
    """Read `[SYMBOL]`; None when there is none."""
    example = f"/{command} BTC"
    if len(arguments) > 1:
        return Misread(why="Name one symbol, or none.", example=example)
    symbol = parse_symbol(arguments[0]) if arguments else None
    if arguments and symbol is None:
        return Misread(why=f"“{short(arguments[0])}” is not a symbol.", example=example)
    return symbol


def parse_guard(
    arguments: Sequence[str], *, command: str, threshold: Decimal | None = None
) -> Named | Misread:
    """Read `SYMBOL [BROKER]`, in either order; `ALL` stands for everything.

    `threshold` is that of every new guard, where one is set.
    """
    example = f"/{command} BTC kraken"
    wished = next((argument for argument in arguments if _THRESHOLD.fullmatch(argument)), None)
    if wished is not None and threshold is not None:
        why = f"Nothing was done: “{short(wished)}” cannot be chosen here. {one_threshold(threshold)}"
        return Misread(why=why, example=example)
    venues = [venue for argument in arguments if (venue := parse_venue(argument))]
    others = [argument for argument in arguments if not parse_venue(argument)]
    if not others:
        return Misread(why="Nothing was done. Which position? /positions lists them.", example=example)
    symbol = parse_symbol(others[0])
    if symbol is None:
        return Misread(why=f"“{short(others[0])}” is not a symbol.", example=example)
    if len(others) > 1:
        return _too_much(others[1], command, example)
    if len(venues) > 1:
        return Misread(why="Name one broker, or none.", example=example)
    venue = venues[0] if venues else None
    return Named(symbol=None if symbol == _EVERYTHING else symbol, venue=venue)


def parse_held(arguments: Sequence[str], *, command: str) -> Named | Misread:
    """Read `[SYMBOL] [BROKER]`, in either order; without a symbol it is about everything."""
    if all(parse_venue(argument) for argument in arguments):
        venue = parse_one_venue(arguments, command=command)
        return venue if isinstance(venue, Misread) else Named(symbol=None, venue=venue)
    return parse_guard(arguments, command=command)


def parse_one_venue(arguments: Sequence[str], *, command: str) -> Venue | Misread | None:
    """Read `[BROKER]`; None when there is none."""
    example = f"/{command} kraken"
    unknown = next((argument for argument in arguments if parse_venue(argument) is None), None)
    if unknown is not None:
        return _no_broker(unknown, example)
    if len(arguments) > 1:
        return Misread(why="Name one broker, or none.", example=example)
    return parse_venue(arguments[0]) if arguments else None


def _too_much(argument: str, command: str, example: str) -> Misread:
    if parse_usd(argument) is not None or _THRESHOLD.fullmatch(argument):
        why = (
            f"Nothing was done: /{command} takes no amount, it is about the whole position. “{short(argument)}” "
            "was not used."
        )
        return Misread(why=why, example=example)
    return _no_broker(argument, example)


def _no_broker(argument: str, example: str) -> Misread:
    names = ", ".join(venue.label for venue in Venue)
    return Misread(
        why=f"Nothing was done: I know no broker “{short(argument)}”. I know {names}.", example=example
    )


def short(argument: str) -> str:
    """Return what was typed, cut where it is long."""
    longest = 20
    return argument if len(argument) <= longest else f"{argument[:longest]}…"
