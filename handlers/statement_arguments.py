"""What is typed after the commands about the past, read into typed values or into a sentence that helps."""

from collections.abc import Sequence

from engine.statements.periods import Period
from handlers.arguments import Misread, short

_OTHER_NAMES = {
    "today": Period.DAY,
    "daily": Period.DAY,
    "weekly": Period.WEEK,
    "monthly": Period.MONTH,
}


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
