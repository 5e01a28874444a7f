"""The causes of steps that something is decided by, what a lost attempt is given up on among them; all others only say why."""

from enum import StrEnum


class StepCause(StrEnum):
    """Stored as they are; what their owner reads of them belongs to the screens."""

    #: An attempt is sent; other steps into the same state go on from an order that was found late.
    SEND = "send"
    #: An order is accepted by the answer to its request; others are accepted once they were looked up.
    ANSWERED = "accepted"
    FILLED = "filled"
    #: It was looked up and names our id.
    FOUND = "found"
    #: It agrees with what was sent and names no id.
    FOUND_UNNAMED = "found_unnamed"
    #: The balance shows that it is the one.
    FOUND_BY_BALANCE = "found_by_balance"
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


#: How it went out again, which earlier versions wrote behind the cause of an attempt that was ended.
_RESENT = (", same id", ", new attempt")


def cause_of(stored: str) -> str:
    """Return a stored cause as it is written now."""
    for resent in _RESENT:
        stored = stored.removesuffix(resent)
    return stored
