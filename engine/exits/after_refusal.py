"""Pure: what an exit does after its order was refused."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from engine.exits.pair_rules import leaves_pair
from engine.model.errors import RefusalReason
from engine.model.instruments import Instrument
from engine.model.money import ZERO
from engine.orders.too_small import TooSmall, is_collapsed


class AfterRefusal(Enum):
    """What comes next; unless it ends or goes through another pair, the exit tries again after a pause."""

    TRY_AGAIN = auto()
    ANOTHER_PAIR = auto()
    #: What was read before does not hold any more.
    READ_AGAIN = auto()
    #: The listing may be out of date.
    READ_LISTING = auto()
    CANCEL_OPPOSITE = auto()
    #: Too little was free for an order; the rest is held or locked.
    AWAIT_REST = auto()
    #: Whether all of it is too little is for `after_too_small`, by the listing of now.
    CHECK_MINIMUM = auto()
    #: The exit ends: nothing of it is there, and its guard waits until it comes back.
    AWAIT_RETURN = auto()

    @property
    def is_of_size(self) -> bool:
        """Return whether the guarded pair refused the order as too small."""
        return self in {AfterRefusal.AWAIT_REST, AfterRefusal.CHECK_MINIMUM}


class AfterTooSmall(Enum):
    """What comes next for all there is, which the venue calls too little."""

    #: It is too little at the price of now alone.
    AWAIT_PRICE = auto()
    TRY_AGAIN = auto()
    #: The exit ends: it cannot be sold.
    ABANDON = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalFacts:
    """What is known when an order was refused."""

    #: None where the venue did not answer, or not with one of the listed reasons.
    reason: RefusalReason | None
    is_guarded_pair: bool
    #: For how long the market of the guarded pair has been shut.
    shut_s: float
    #: Whether the order was for all that is left to be sold.
    is_all: bool
    #: Whether nothing is there by all readings.
    is_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TooSmallFacts:
    """What is known of a quantity that was refused as too small."""

    quantity: Decimal
    #: As listed now; None is unknown.
    instrument: Instrument | None
    #: Of the guard's currency at the venue; None is unknown.
    usual_minimum: Decimal | None
    #: Of now, or what triggered the exit where there is none; None is unknown.
    price: Decimal | None
    trigger_price: Decimal
    #: None is unknown.
    entry: Decimal | None
    #: This refusal included.
    refused: TooSmall
    now_s: float


def after_refusal(facts: RefusalFacts) -> AfterRefusal:
    """Decide what an exit does after its order was refused."""
    match facts.reason:
        case RefusalReason.BELOW_MINIMUM if facts.is_guarded_pair:
            return AfterRefusal.CHECK_MINIMUM if facts.is_all else AfterRefusal.AWAIT_REST
        case RefusalReason.INSUFFICIENT_FUNDS:
            return AfterRefusal.AWAIT_RETURN if facts.is_gone else AfterRefusal.READ_AGAIN
        case RefusalReason.OPPOSITE_ORDER:
            return AfterRefusal.CANCEL_OPPOSITE
        case RefusalReason.INVALID_ORDER:
            # It may be finer than the lot of a listing that was not reported in time.
            return AfterRefusal.READ_LISTING
        case _:
            leaves = leaves_pair(facts.reason, is_guarded_pair=facts.is_guarded_pair, shut_s=facts.shut_s)
            return AfterRefusal.ANOTHER_PAIR if leaves else AfterRefusal.TRY_AGAIN


def after_too_small(facts: TooSmallFacts) -> AfterTooSmall:
    """Decide what an exit does whose whole quantity was refused as too small for the guarded pair."""
    if is_collapsed(facts.quantity, facts.instrument, price=facts.price, entry=facts.entry):
        return AfterTooSmall.AWAIT_PRICE
    is_believed = facts.refused.is_believed(
        quantity=facts.quantity,
        instrument=facts.instrument,
        entry=facts.entry,
        # What is too little only at a price that fell since is not given up for that.
        price=max(facts.price or ZERO, facts.trigger_price) or None,
        now_s=facts.now_s,
        usual_minimum=facts.usual_minimum,
    )
    return AfterTooSmall.ABANDON if is_believed else AfterTooSmall.TRY_AGAIN
