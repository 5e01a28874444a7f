"""What can go wrong at a venue, sorted by what it means for an order and for the owner."""

from collections.abc import Collection
from enum import StrEnum
from typing import ClassVar

from engine.model.venues import Venue


class RefusalReason(StrEnum):
    """Why a venue refused; each calls for a different reaction."""

    INSUFFICIENT_FUNDS = "insufficient funds"
    BELOW_MINIMUM = "below the venue's minimum"
    INVALID_ORDER = "the venue calls the order invalid"
    UNKNOWN_ORDER = "the venue does not know this order"
    UNKNOWN_SYMBOL = "not listed there"
    PAIR_UNAVAILABLE = "this account may not trade this pair"
    MARKET_UNAVAILABLE = "the market takes no such orders now"
    OPPOSITE_ORDER = "an opposite order is open"
    DUPLICATE_CLIENT_ORDER_ID = "this order id was already used"
    DEADLINE_PASSED = "the request arrived after its deadline"
    OTHER = "refused"
    #: Of what places no order; an order refused so is an UnlistedRefusalError.
    UNLISTED = "refused in unknown words"


class BrokerError(Exception):
    """A venue could not do what was asked; `message` is its own error text, free of secrets."""

    def __init__(self, venue: Venue, message: str) -> None:
        super().__init__(f"{venue.label}: {message}")
        self.venue = venue
        self.message = message


class RefusedError(BrokerError):
    """The venue refused; nothing happened there."""

    def __init__(self, venue: Venue, message: str, reason: RefusalReason) -> None:
        super().__init__(venue, message)
        self.reason = reason


class UnknownOutcomeError(BrokerError):
    """The request may or may not have taken effect; only querying the venue resolves it."""

    def __init__(self, venue: Venue, message: str, *, read_as: BrokerError | None = None) -> None:
        super().__init__(venue, message)
        #: What the same answer means for a read, where its status is 4xx: that proves nothing of an order, and still
        #: tells how long to leave the venue alone.
        self.read_as = read_as


class NoAnswerError(UnknownOutcomeError):
    """No answer came within the time that was given; the request may still be on its way."""


class UnlistedRefusalError(UnknownOutcomeError):
    """A refusal with a message on no list of ours; it proves nothing about an order."""


class TryLaterError(BrokerError):
    """Nothing happened and the same may work later: rate limit, not sent, maintenance."""

    #: Whether trying again soon makes it worse.
    punishes_haste: ClassVar[bool] = False


class InvalidNonceError(TryLaterError):
    """The venue refused the request's number; a higher one may be sent at once."""

    punishes_haste = True


class LockedOutError(TryLaterError):
    """The venue locked the key for a while; every further call makes it longer."""

    punishes_haste = True


class KeyRejectedError(BrokerError):
    """The key is wrong, revoked, or lacks a permission; the owner must act."""


class MalformedKeyError(KeyRejectedError):
    """The key or its secret cannot sign a request, so its venue never saw it."""

    def __init__(self, venue: Venue) -> None:
        super().__init__(venue, "the key or its secret is malformed; nothing was sent")


class MisconfiguredError(BrokerError):
    """The answer makes no sense for a venue: wrong address, proxy page, changed format."""


class ReadingDefectError(BrokerError):
    """The bot itself failed at reading what a venue reported."""


class UncertainOrderError(MisconfiguredError):
    """The venue lists orders without our id that may be the one that is looked up, or their owner's own."""

    def __init__(self, venue: Venue, order_ids: Collection[str], unnamed: Collection[str] = ()) -> None:
        self.order_ids = tuple(sorted(order_ids))
        #: Those without any id, by the other fields of their rows.
        self.unnamed = tuple(sorted(unnamed))
        names = ", ".join((*self.order_ids, *self.unnamed))
        super().__init__(venue, f"it does not tell whose order {names} is")
