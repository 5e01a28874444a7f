"""What to do about an order whose answer was lost: ask, wait, or accept that it never arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from engine.venues import Venue

#: How long after sending a Kraken order may still be accepted; AddOrder carries it as `deadline`.
KRAKEN_DEADLINE = timedelta(seconds=5)

#: After a look that failed or was one too few.
LOOK_AGAIN = timedelta(seconds=1)

#: A request whose answer was lost may still reach a venue that knows no deadline for so long.
UNDER_WAY = timedelta(seconds=30)
#: How long after it arrived Coinbase may not list an order yet.
_LISTED_WITHIN = timedelta(seconds=10)

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

    #: When to look, counted from sending; after each of them one look must have found nothing.
    looks_after: tuple[timedelta, ...]
    #: How many looks must have found nothing at the least, however late they were.
    looks_least: int = 1
    resend: Resend
    #: How long after a lost request left a look that does not find it proves that it never will.
    arrives_within: timedelta = timedelta(0)


#: Kraken drops a late request, so absence after the deadline (seen with a later nonce accepted)
#: is final; looks cost points there, so there are few. Alpaca refuses a second use of an id.
#: Coinbase lists orders late, so it is asked twice.
PROOFS = {
    Venue.KRAKEN: Proof(looks_after=(timedelta(0), KRAKEN_DEADLINE + _SLACK), resend=Resend.NEW_ATTEMPT),
    Venue.ALPACA: Proof(looks_after=(timedelta(0), _SLACK), resend=Resend.SAME_ID, arrives_within=UNDER_WAY),
    Venue.COINBASE: Proof(
        looks_after=(timedelta(0), timedelta(seconds=2), _LISTED_WITHIN),
        looks_least=2,
        resend=Resend.SAME_ID,
        arrives_within=UNDER_WAY + _LISTED_WITHIN,
    ),
}


@dataclass(frozen=True, slots=True)
class LookAfter:
    """Ask the venue so long after sending."""

    age: timedelta


def next_settling_step(venue: Venue, absent_after: Sequence[timedelta]) -> LookAfter | Resend:
    """Decide the next step from how long after sending looks found nothing.

    `absent_after` holds the ages, by a clock nobody sets, at which look-ups began that did not find the
    order, oldest first; a look-up that failed is no evidence and is not in it.
    """
    proof = PROOFS[venue]
    uncovered = [due for due in proof.looks_after if not any(age >= due for age in absent_after)]
    if uncovered:
        return LookAfter(uncovered[0])
    if len(absent_after) < proof.looks_least:
        return LookAfter(absent_after[-1] + LOOK_AGAIN)
    return proof.resend
