"""Pure: what a balance says of the coins an attempt was to sell, where the venue's lists do not tell."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.model.money import ZERO, exact

#: So much of what was sent must be missing to look like its sale.
_ABOUT = Decimal("0.98")


class Coins(StrEnum):
    """What became of them by one reading."""

    UNTOUCHED = "untouched"
    #: About as much as was sent is gone, or held by an order that no list shows.
    TAKEN = "taken"
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
        hidden = max(min(now.held - before.held, now.held - listed), ZERO)
        is_taken = now.owned == ZERO or gone + hidden >= sent * _ABOUT
    return Coins.TAKEN if is_taken else Coins.UNTOUCHED
