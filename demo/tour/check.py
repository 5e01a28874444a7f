"""What a step of the tour claims, and whether it was seen; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One claim with what was observed."""

    claim: str
    held: bool
    seen: str = ""


def equal(claim: str, *, expected: object, seen: object) -> Check:
    """Claim that two things are the same."""
    if expected == seen:
        return Check(claim=claim, held=True, seen=_said(seen))
    return Check(claim=claim, held=False, seen=f"{_said(seen)}, expected {_said(expected)}")


def true(claim: str, held: object, *, seen: object = "") -> Check:
    """Claim something that was looked at already."""
    return Check(claim=claim, held=bool(held), seen=str(seen))


def _said(value: object) -> str:
    if not isinstance(value, Decimal):
        return str(value)
    return f"{value:,f}" if value else "0"


def none(claim: str, found: Iterable[object]) -> Check:
    """Claim that there is nothing of a kind."""
    there = [str(one) for one in found]
    return Check(claim=claim, held=not there, seen="; ".join(there) or "none")
