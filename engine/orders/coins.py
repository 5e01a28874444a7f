"""Pure: what a balance says of the coins an attempt was to sell, where the venue's lists do not tell."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.model.money import ZERO, exact

#: So much of what was sent must be missing to look like its sale.
ABOUT = Decimal("0.98")


class Coins(StrEnum):
    """What became of them by one reading."""

    UNTOUCHED = "untouched"
    #: About as much as was sent is gone.
    TAKEN = "taken"
    #: About as much is gone or held by an order that no list shows: it is not sold, or not all of it.
    HELD = "held"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How much there was of a position, and how much of that open orders held."""

    #: None is unknown.
    owned: Decimal | None
    held: Decimal = ZERO


def weigh_coins(*, before: Position, now: Position, listed: Decimal, sent: Decimal) -> Coins:
    """Judge a reading of after an attempt by one of before it.

    `listed` is what orders hold that the venue lists and that cannot be the attempt's own: what is held beyond it,
    and was not before, may be held by the attempt.
    """
    if now.owned is None:
        return Coins.UNTOLD
    with exact():
        gone = ZERO if before.owned is None else max(before.owned - now.owned, ZERO)
        hidden = held_unlisted(before=before, now=now, listed=listed)
        if now.owned == ZERO or gone >= sent * ABOUT:
            return Coins.TAKEN
        return Coins.HELD if gone + hidden >= sent * ABOUT else Coins.UNTOUCHED


def held_unlisted(*, before: Position, now: Position, listed: Decimal) -> Decimal:
    """Return how much is held beyond what listed orders explain, and was not before an attempt left."""
    with exact():
        return max(min(now.held - before.held, now.held - listed), ZERO)


def holds(quantity: Decimal, *, before: Position, now: Position, listed: Decimal) -> bool:
    """Tell whether about so much of what was sent is still held by an order that no list shows."""
    with exact():
        held = held_unlisted(before=before, now=now, listed=listed)
        return held > ZERO and held >= quantity * ABOUT
