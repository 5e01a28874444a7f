"""What a step of the tour states, and whether it was seen; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A statement with what was observed."""

    statement: str
    held: bool
    seen: str = ""


def equal(statement: str, *, expected: object, seen: object) -> Check:
    """Check that two things are the same."""
    if expected == seen:
        return Check(statement=statement, held=True, seen=_text(seen))
    return Check(statement=statement, held=False, seen=f"{_text(seen)}, expected {_text(expected)}")


def true(statement: str, held: object, *, seen: object = "") -> Check:
    """Check something that was looked at already."""
    return Check(statement=statement, held=bool(held), seen=str(seen))


def _text(value: object) -> str:
    if not isinstance(value, Decimal):
        return str(value)
    return f"{value:,f}" if value else "0"


def none(statement: str, found: Iterable[object]) -> Check:
    """Check that there is nothing of a kind."""
    there = [str(one) for one in found]
    return Check(statement=statement, held=not there, seen="; ".join(there) or "none")
