"""What is typed after /sell, read into typed values or into a sentence that helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.model.venues import Venue
from engine.offers.part import Part, Share, Units, Worth
from handlers.arguments import Misread, parse_symbol, parse_usd, parse_venue, short

_EXAMPLE = "/sell BTC 50%"
_AMOUNTS = ("/sell BTC 0.05", "/sell BTC $100")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%")
_UNITS = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})?(?:\.[0-9]{1,18})?")
#: What begins like an amount is none of the symbols, whatever is wrong with it.
_AMOUNT = re.compile(r"[-\u2212+$.]?[0-9.,]*[0-9][0-9.,]*[$%]?")
_ALL = frozenset({"ALL", "MAX", "EVERYTHING"})
#: Said beside an amount, these name its unit.
_DOLLARS = frozenset({"USD", "$", "DOLLARS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SellArguments:
    """What to sell; without a part its owner is offered some, and without a venue it is sold wherever it is held."""

    symbol: str
    part: Part | None
    venue: Venue | None


def parse_sell(arguments: Sequence[str]) -> SellArguments | Misread:
    """Read `SYMBOL [part] [BROKER]`, in any order; a part is `0.05`, `50%`, `$100` or `all`."""
    venues = [venue for argument in arguments if (venue := parse_venue(argument))]
    others = [argument for argument in arguments if not parse_venue(argument)]
    is_usd = any(argument.upper() in _DOLLARS for argument in others)
    parts = [one for one in others if _names_part(one)]
    symbols = [one for one in others if not _names_part(one) and one.upper() not in _DOLLARS]
    if why := _why_unclear(symbols, parts, venues):
        return _misread(why)
    symbol = parse_symbol(symbols[0])
    if symbol is None:
        return _misread(f"“{short(symbols[0])}” is not a symbol.")
    part = _parse_part(parts[0], is_usd=is_usd) if parts else None
    if isinstance(part, Misread):
        return part
    return SellArguments(symbol=symbol, part=part, venue=venues[0] if venues else None)


def _why_unclear(symbols: Sequence[str], parts: Sequence[str], venues: Sequence[Venue]) -> str:
    if not symbols:
        return "Which position? /closeall sells everything, /positions lists what you hold."
    if len(symbols) > 1:
        return f"“{short(symbols[1])}” is neither a part like 0.05, 50% or $100 nor a broker."
    if len(parts) > 1:
        return f"Name one part; “{short(parts[1])}” is a second one."
    return "Name one broker, or none." if len(venues) > 1 else ""


def _names_part(argument: str) -> bool:
    return argument.upper() in _ALL or _AMOUNT.fullmatch(argument) is not None


def _parse_part(argument: str, *, is_usd: bool) -> Part | Misread:
    if argument.upper() in _ALL:
        return Share(Decimal(1))
    if percent := _PERCENT.fullmatch(argument):
        ratio = Decimal(percent[1]) / 100
        return Share(ratio) if 0 < ratio <= 1 else _misread("A part is more than 0% and at most 100%.")
    if is_usd or "$" in argument:
        usd = parse_usd(argument)
        return Worth(usd) if usd else _misread(f"“{short(argument)}” is no amount in dollars.")
    if not _UNITS.fullmatch(argument):
        return _misread(f"“{short(argument)}” is no part. Write 0.05 coins, 50% or $100.")
    quantity = Decimal(argument.replace(",", ""))
    return Units(quantity) if quantity > 0 else _misread("Name more than 0.")


def _misread(why: str) -> Misread:
    return Misread(why=f"Nothing was done. {why}", example=_EXAMPLE, others=_AMOUNTS)
