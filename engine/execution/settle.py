"""What to do about an order whose answer was lost: ask, wait, or accept that it never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.venues import Venue

#: How long after sending a Kraken order may still be accepted; AddOrder carries it as `deadline`.
KRAKEN_DEADLINE = timedelta(seconds=5)

#: Between two looks while the outcome is open.
LOOK_EVERY = timedelta(seconds=1)

_SLACK = timedelta(seconds=1)


class Resend(StrEnum):
    """How an order that was proven absent goes out again."""

    #: The old request can no longer arrive: a new attempt under a new id.
    NEW_ATTEMPT = "new attempt"
    #: The old request might still arrive: only the same id makes a second order impossible.
    SAME_ID = "same id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """When looks at a venue prove that an order is not there, and how it may be sent again."""

    #: Looks finding nothing count from these delays after sending; each needs one.
    looks_after: tuple[timedelta, ...]
    resend: Resend


#: Kraken drops a late request, so absence after the deadline (seen with a later nonce accepted)
#: is final. Alpaca refuses a second use of an id. Coinbase lists orders late, so it is asked twice.
PROOFS = {
    Venue.KRAKEN: Proof(looks_after=(KRAKEN_DEADLINE + _SLACK,), resend=Resend.NEW_ATTEMPT),
    Venue.ALPACA: Proof(looks_after=(_SLACK,), resend=Resend.SAME_ID),
    Venue.COINBASE: Proof(looks_after=(timedelta(seconds=2), timedelta(seconds=10)), resend=Resend.SAME_ID),
}


@dataclass(frozen=True, slots=True)
class LookAt:
    """Ask the venue at this time."""

    at: datetime


def next_settling_step(venue: Venue, *, sent_at: datetime, absent_at: Sequence[datetime]) -> LookAt | Resend:
    """Decide the next step from when the order was sent and when looks found nothing.

    `absent_at` holds the times at which successful look-ups did not find the order, oldest first;
    a look-up that failed is no evidence and is not in it.
    """
    proof = PROOFS[venue]
    uncovered = [sent_at + d for d in proof.looks_after if not _covered(sent_at + d, absent_at)]
    if not uncovered and len(absent_at) >= len(proof.looks_after):
        return proof.resend
    if not absent_at:
        return LookAt(sent_at)
    return LookAt(min([*uncovered, absent_at[-1] + LOOK_EVERY]))


def _covered(due: datetime, absent_at: Sequence[datetime]) -> bool:
    return any(at >= due for at in absent_at)
