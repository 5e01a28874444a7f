"""Pure: whether a balance shows that an attempt sold, where the venue lists no order for it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.money import ZERO, exact

#: So much of what was sent must be missing to look like its sale.
FILLED_SHARE = Decimal("0.98")


class BalanceVerdict(StrEnum):
    """What one reading shows of the coins an attempt was to sell."""

    UNTOUCHED = "untouched"
    #: About as much as was sent is gone, and money may have come for it.
    TAKEN = "taken"
    #: About as much is gone or held by an order that no list shows: it is not sold, or not all of it.
    HELD = "held"
    #: Some is held by an order that no list shows, and was not before: a part of it may still be on sale.
    HELD_IN_PART = "held in part"
    #: Coins came or went for no listed reason, but none of the money that a sale brings.
    UNPAID = "unpaid"
    #: Coins, holds or money changed by more than is known: it may hide a sale.
    UNEXPLAINED = "unexplained"
    UNREADABLE = "unreadable"


#: An order that no list shows may be on sale with what it holds: nothing else is sent meanwhile.
HOLDING = frozenset({BalanceVerdict.HELD, BalanceVerdict.HELD_IN_PART})
#: The attempt is searched for before anything else is sent.
MAY_HAVE_SOLD = HOLDING | {BalanceVerdict.TAKEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceState:
    """A position with what open orders hold of it, and the money that a sale brings."""

    #: None is unknown.
    owned: Decimal | None
    held: Decimal = ZERO
    #: All there is of the currency it is sold for; None is unknown.
    cash: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBasis:
    """The reading that an attempt was based on, taken once the orders that held its quantity were cancelled."""

    owned: Decimal
    held: Decimal
    #: What the attempt is sold for.
    currency: str
    cash: Decimal | None
    #: On the venue's own clock, where that is known.
    at: datetime
    #: The last step of our orders that it certainly shows, where that is known.
    step: int | None = None
    #: When the attempt left at the earliest, on the venue's own clock, where that is known: the reading may be much older.
    left_at: datetime | None = None
    #: How much the attempt was to trade; None in records of earlier versions.
    quantity: Decimal | None = None

    @property
    def position(self) -> BalanceState:
        """Return what a later reading is compared with."""
        return BalanceState(owned=self.owned, held=self.held, cash=self.cash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """How trades of other orders changed a position and the money it is sold for."""

    owned: Decimal = ZERO
    cash: Decimal = ZERO
    #: By how much the reported amounts may differ from the booked ones.
    owned_rounding: Decimal = ZERO
    cash_rounding: Decimal = ZERO
    #: Whether none of it can be part of the earlier reading already.
    is_certain: bool = True


#: Nothing was traded.
NO_MOVEMENT = Movement()


def judge_balance(
    *, before: BalanceState, now: BalanceState, listed: Decimal, sent: Decimal, known: Movement = NO_MOVEMENT
) -> BalanceVerdict:
    """Judge a reading of after an attempt by the one it was based on.

    `listed` is what orders hold that the venue lists and that cannot be the attempt's own: what is held beyond it
    may be held by the attempt, whatever was held before. `known` is what listed trades of other orders changed.
    """
    if now.owned is None:
        return BalanceVerdict.UNREADABLE
    if known.owned < ZERO and not known.is_certain and _looks_sold(before, now, sent):
        # What is known to be sold may be part of the earlier reading, and this the sale of the attempt.
        return BalanceVerdict.TAKEN
    may_be_paid = not is_cash_explained(before, now, known)
    with exact():
        gone = ZERO if before.owned is None else before.owned + known.owned - now.owned
        if now.owned <= ZERO or gone >= sent * FILLED_SHARE:
            return BalanceVerdict.TAKEN if may_be_paid else BalanceVerdict.UNPAID
    hold = _judge_hold(before, now, listed=listed, gone=gone, sent=sent)
    if hold is not None:
        return hold
    if before.owned is None or may_be_paid:
        return BalanceVerdict.UNEXPLAINED
    return BalanceVerdict.UNTOUCHED if is_explained(before, now, known) else BalanceVerdict.UNPAID


def _judge_hold(
    before: BalanceState, now: BalanceState, *, listed: Decimal, gone: Decimal, sent: Decimal
) -> BalanceVerdict | None:
    """Judge what is held beyond the listed orders; None where that is nothing to speak of."""
    hidden = held_unlisted(now=now, listed=listed)
    with exact():
        if max(gone, ZERO) + hidden >= sent * FILLED_SHARE:
            return BalanceVerdict.HELD
        if hidden <= sent - sent * FILLED_SHARE:
            return None
    # What was held before the attempt left, and no more, is hardly its own.
    return BalanceVerdict.HELD_IN_PART if now.held > before.held else BalanceVerdict.UNEXPLAINED


def held_unlisted(*, now: BalanceState, listed: Decimal) -> Decimal:
    """Return how much is held beyond what listed orders explain, whatever was held before an attempt left."""
    with exact():
        return max(now.held - listed, ZERO)


def is_about_all(part: Decimal, *, of: Decimal) -> bool:
    """Return whether a part is just about all of a quantity."""
    with exact():
        return part >= of * FILLED_SHARE


def holds(quantity: Decimal, *, now: BalanceState, listed: Decimal) -> bool:
    """Return whether about so much of what was sent is still held by an order that no list shows."""
    with exact():
        held = held_unlisted(now=now, listed=listed)
        return held > ZERO and held >= quantity * FILLED_SHARE


def is_more_gone(before: BalanceState, now: BalanceState, *, filled: Decimal, sent: Decimal) -> bool:
    """Return whether clearly more went of a position than is reported as sold; unknown is not."""
    if before.owned is None or now.owned is None:
        return False
    with exact():
        return before.owned - now.owned - filled > sent - sent * FILLED_SHARE


def is_explained(before: BalanceState, now: BalanceState, known: Movement = NO_MOVEMENT) -> bool:
    """Return whether nothing else changed: coins that come in hide a sale, but not the money that it brought."""
    if before.owned is None or now.owned is None or not is_cash_explained(before, now, known):
        return False
    with exact():
        return abs(now.owned - before.owned - known.owned) <= known.owned_rounding


def _looks_sold(before: BalanceState, now: BalanceState, sent: Decimal) -> bool:
    """Return whether just about what was sent is gone, and money came."""
    if before.owned is None or now.owned is None:
        return False
    is_paid = before.cash is None or now.cash is None or now.cash > before.cash
    with exact():
        share = (before.owned - now.owned) / sent if sent else ZERO
        return is_paid and FILLED_SHARE <= share <= 2 - FILLED_SHARE


def is_cash_explained(before: BalanceState, now: BalanceState, known: Movement) -> bool:
    """Return whether nothing else changed the money, so that no sale but the known ones brought any."""
    if before.cash is None or now.cash is None:
        return False
    with exact():
        return abs(now.cash - before.cash - known.cash) <= known.cash_rounding
