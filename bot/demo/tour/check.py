"""What a step of the tour claims, and whether it was seen; pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One claim with what was observed."""

    claim: str
    held: bool
    seen: str = ""


def equal(claim: str, *, expected: object, seen: object) -> Check:
    """Claim that two things are the same."""
    if expected == seen:
        return Check(claim=claim, held=True, seen=str(seen))
    return Check(claim=claim, held=False, seen=f"{seen}, expected {expected}")


def true(claim: str, held: object, *, seen: object = "") -> Check:
    """Claim something that was looked at already."""
    return Check(claim=claim, held=bool(held), seen=str(seen))


def none(claim: str, found: Iterable[object]) -> Check:
    """Claim that there is nothing of a kind."""
    there = [str(one) for one in found]
    return Check(claim=claim, held=not there, seen="; ".join(there) or "none")
