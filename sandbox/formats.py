"""How times and amounts look on the wire of the venues that speak JSON."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from aiohttp import web


def iso_time(at: float) -> str:
    """RFC 3339 in UTC with microseconds, ending in Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_time(text: str) -> float:
    """Wall seconds of an RFC 3339 time or date; ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def query_time(
    request: web.Request, name: str, default: float, *, refuse: Callable[[str], Exception]
) -> float:
    """A time or date of a query in wall seconds; `refuse` makes the venue's refusal of anything else."""
    text = request.query.get(name)
    if not text:
        return default
    try:
        return parse_time(text)
    except ValueError as error:
        raise refuse(text) from error


def plain(amount: Decimal) -> str:
    """All digits that count: no exponent, no zeros at the end."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(amount: Decimal) -> float | None:
    """A JSON number, for fields that the venue itself sends so; null when it is not finite."""
    return float(amount) if amount.is_finite() else None
