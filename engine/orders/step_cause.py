"""The causes of steps that something is decided by; all others only say why."""

from enum import StrEnum


class StepCause(StrEnum):
    """Stored as they are; what their owner reads of them belongs to the screens."""

    #: An attempt is sent; other steps into the same state go on from an order that was found late.
    SEND = "send"
    #: An order is accepted by the answer to its request; others are accepted once they were looked up.
    ANSWERED = "accepted"
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
