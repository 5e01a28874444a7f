"""Why an exit does not get through, where that has figures: what is stored; the chat has its own sentences."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from engine.model.money import ZERO
from engine.model.walk import BookProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownHold:
    """So much is not free and cannot be freed by cancelling an order; what is free is sold meanwhile."""

    kind: Literal["unknown_hold"] = "unknown_hold"
    quantity: Decimal
    #: Why the open orders could not be listed; None where they were, and none of them explains it.
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LittleFree:
    """What is free is too little to be sold by itself."""

    kind: Literal["little_free"] = "little_free"
    quantity: Decimal
    asset: str
    #: What holds the rest where that is no order that could be cancelled; None where it is held or locked otherwise.
    unknown_hold: UnknownHold | None = None


class OfferProblem(StrEnum):
    """Why nothing is known of what a pair would bring, apart from what its order book shows."""

    NO_BOOK = "no_book"
    NO_RATE = "no_rate"
    #: Two readings of its order book do not agree.
    UNCONFIRMED = "unconfirmed"
    #: The detail is the least that is sold.
    TOO_SMALL = "too_small"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOffer:
    """What selling a guard through one pair would bring now."""

    symbol: str
    #: For one unit, on average, in the guard's own money; None when it is unknown or nothing can be sold.
    price: Decimal | None
    #: Why there is no price; None where there is one.
    problem: OfferProblem | BookProblem | None = None
    detail: str = ""
    #: How much of it, where the book carries no more at a sane price; None is all.
    most: Decimal | None = None
    #: What a unit must bring at least.
    least: Decimal

    @property
    def is_sane(self) -> bool:
        """Return whether it brings enough."""
        return self.price is not None and self.price >= self.least

    @property
    def rank(self) -> tuple[bool, Decimal]:
        """Return what offers are compared by: all of it at the best price, else what brings most."""
        price = self.price or ZERO
        return (True, price) if self.most is None else (False, price * self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPair:
    """No pair takes the sale: those the venue refused, and the others with what they would bring."""

    kind: Literal["no_pair"] = "no_pair"
    #: Why the last pair that was tried does not take it.
    why: str = ""
    refused: tuple[str, ...]
    offers: tuple[PairOffer, ...]
    currency: str

    @property
    def is_alone(self) -> bool:
        """Return whether there is nothing but the guarded pair."""
        return len(self.refused) == 1 and not self.offers


#: Text is a venue's own error, or a sentence.
FailingReason = str | Annotated[UnknownHold | LittleFree | NoPair, Field(discriminator="kind")]
