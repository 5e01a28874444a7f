"""How times and amounts look on the wire of the venues that speak JSON."""

from datetime import UTC, datetime
from decimal import Decimal


def iso_time(at: float) -> str:
    """RFC 3339 in UTC with microseconds, ending in Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_time(text: str) -> float:
    """Wall seconds of an RFC 3339 time or date; ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def plain(amount: Decimal) -> str:
    """All digits that count: no exponent, no zeros at the end."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(amount: Decimal) -> float | None:
    """A JSON number, for fields that the venue itself sends so; null when it is not finite."""
    return float(amount) if amount.is_finite() else None
