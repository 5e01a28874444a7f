"""What is typed after the commands about the past, read into typed values or into a sentence that helps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from engine.statements.periods import Period
from handlers.arguments import Misread, parse_symbol, short

_YEAR = re.compile(r"20[0-9]{2}")
_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
#: So many letters tell one month from every other.
_SHORTEST = 3
_OTHER_NAMES = {
    "today": Period.DAY,
    "daily": Period.DAY,
    "weekly": Period.WEEK,
    "monthly": Period.MONTH,
}


class ExportFormat(StrEnum):
    """What reads the file."""

    CSV = "csv"
    KOINLY = "koinly"
    COINTRACKING = "cointracking"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportArguments:
    """Which fills to export, and for what; None stands for all."""

    symbol: str | None = None
    year: int | None = None
    format: ExportFormat = ExportFormat.CSV


def parse_period(arguments: Sequence[str]) -> Period | Misread:
    """Read `[day | week | month]`; without one it is the day."""
    others = ("/pnl day", "/pnl month")
    if len(arguments) > 1:
        return Misread(why="Name one period, or none.", example="/pnl week", others=others)
    if not arguments:
        return Period.DAY
    name = arguments[0].lower()
    if name in set(Period):
        return Period(name)
    period = _OTHER_NAMES.get(name)
    if period is None:
        why = f"“{short(arguments[0])}” is not a period I know."
        return Misread(why=why, example="/pnl week", others=others)
    return period


def parse_month(arguments: Sequence[str], *, today: date) -> date | Misread:
    """Read `[MONTH]` as its first day: `2026-11`, `november`, `nov` or `month`; without one it is the present month."""
    others = ("/fees 2026-11",)
    if len(arguments) > 1:
        return Misread(why="Name one month, or none.", example="/fees november", others=others)
    name = arguments[0].lower() if arguments else "month"
    this_month = today.replace(day=1)
    if name == "month":
        return this_month
    if _MONTH.fullmatch(name):
        return date.fromisoformat(f"{name}-01")
    number = next((n for n, month in enumerate(_MONTHS, 1) if _is_short_for(month, name)), None)
    if number is None:
        why = f"“{short(arguments[0])}” is not a month I know."
        return Misread(why=why, example="/fees november", others=others)
    # A month that has not begun this year is the last year's.
    return date(today.year - (number > today.month), number, 1)


def _is_short_for(month: str, name: str) -> bool:
    return len(name) >= _SHORTEST and month.startswith(name)


def parse_export(arguments: Sequence[str]) -> ExportArguments | Misread:
    """Read `[SYMBOL] [YEAR] [FORMAT]`, in any order."""
    years = [argument for argument in arguments if _YEAR.fullmatch(argument)]
    formats = [argument.lower() for argument in arguments if argument.lower() in set(ExportFormat)]
    names = [one for one in arguments if one not in years and one.lower() not in formats]
    symbols = [symbol for symbol in map(parse_symbol, names) if symbol is not None]
    unknown = next((name for name in names if parse_symbol(name) is None), None)
    if unknown is not None:
        return _not_exported(f"“{short(unknown)}” is no symbol, year or format.")
    if max(map(len, (years, symbols, formats))) > 1:
        return _not_exported("Name one symbol, one year and one format at most.")
    return ExportArguments(
        symbol=symbols[0] if symbols else None,
        year=int(years[0]) if years else None,
        format=ExportFormat(formats[0]) if formats else ExportFormat.CSV,
    )


def _not_exported(why: str) -> Misread:
    return Misread(why=why, example="/export BTC 2026", others=("/export 2026 koinly",))
