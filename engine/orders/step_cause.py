"""Why an intent took a step, what a lost attempt is given up on among them."""

from collections.abc import Mapping
from enum import StrEnum


class StepCause(StrEnum):
    """Stored as they are; what their owner reads of them belongs to the screens."""

    TRIGGERED = "triggered"
    #: Its owner wants it sold.
    REQUESTED = "requested"
    #: Its owner wants it bought.
    CONFIRMED = "confirmed"
    #: An attempt is sent; other steps into the same state go on from an order that was found late.
    SEND = "send"
    #: An order is accepted by the answer to its request; others are accepted once they were looked up.
    ANSWERED = "accepted"
    FILLED = "filled"
    FILLED_IN_PART = "filled in part"
    #: A later answer reported less.
    FILLED_IN_PART_UNCONFIRMED = "filled in part, not confirmed"
    CLOSED_UNFILLED = "closed without a fill"
    #: It was looked up and names our id.
    FOUND = "found"
    #: It agrees with what was sent and names no id.
    FOUND_UNNAMED = "found_unnamed"
    #: The balance shows that it is the one.
    FOUND_BY_BALANCE = "found_by_balance"
    #: It is an order of the intent's own that turned up between two attempts.
    FOUND_LATE = "found late"
    #: What became of a request: refused, or not taken for a reason that passes or that its owner must mend.
    REFUSED = "refused"
    NOT_TAKEN_NOW = "not taken now"
    NUMBER_REFUSED = "number refused"
    KEY_LOCKED = "key locked"
    KEY_REJECTED = "key rejected"
    NOT_ANSWERED = "not answered by the venue"
    NOT_READ = "not read"
    NOT_DONE = "not done"
    ANSWER_LOST = "answer lost"
    #: The process ended between a request and its answer.
    SENT_BEFORE_RESTART = "found sent after a restart"
    #: The request was refused with a message on no list of ours.
    REFUSED_UNLISTED = "refused_unlisted"
    #: It was accepted under an id that its venue does not know afterwards.
    ID_NOT_KNOWN = "id_not_known"
    #: The venue has an order under its id.
    ID_USED = "id already used"
    #: An attempt whose answer was lost was ended: lists show that it did not arrive.
    PROVEN_ABSENT = "proven absent"
    #: Not all that may show its order could be read, and the balance shows no sale.
    NOT_SOLD_UNREAD = "not all lists readable, not sold by the balance"
    #: An order is listed that may be it or another's.
    MAY_BE_ANOTHERS = "may be another's order"
    #: The same, and the balance shows its coins untouched.
    MAY_BE_ANOTHERS_UNTOUCHED = "may be another's order, coins untouched by the balance"
    #: No list showed an order for long, although the balance moved by more than is known.
    LISTED_NOWHERE_MOVED = "listed nowhere although the balance moved"
    #: No list showed an order for long, although its coins are gone.
    LISTED_NOWHERE_GONE = "listed nowhere although the coins are gone from the balance"
    #: The detail is why its market takes no sale.
    MARKET_UNAVAILABLE = "market_unavailable"
    MARKET_RESUMED = "the market takes sales again"
    #: The detail is why not.
    NOT_SOLD = "not_sold"
    #: A buy came to nothing; the step before says why.
    NOT_BOUGHT = "not_bought"
    SOLD_OR_MOVED = "sold_or_moved"
    #: Its coins are gone, and no list has shown its order for long.
    PRESUMED_FILLED = "counted as sold"
    ENTRY_CHANGED = "entry_changed"
    PRICE_CAME_BACK = "price came back"
    TOO_LATE = "too_late"
    PRICE_WORSE = "price_worse"
    OTHER_ACCOUNT = "the key opens another account"
    RESTORED = "restored from a backup"
    COPIED = "the database was copied or moved"


#: How it went out again, which earlier versions wrote behind the cause of an attempt that was ended.
_RESENT = (", same id", ", new attempt")


_STORED: Mapping[str, StepCause] = {
    f"{cause}{resent}": cause for cause in StepCause for resent in ("", *_RESENT)
}


def cause_of(stored: str) -> StepCause | str:
    """Return a stored cause; one of another version as it stands."""
    return _STORED.get(stored, stored)
