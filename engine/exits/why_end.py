"""Pure: why an exit that has not sold yet ends before its next order."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from engine.exits.manual_close import is_worse
from engine.model.holdings import Direction

#: What a manual close sends within this time of its press leaves at the price that was compared then.
AT_ONCE_S = 2.0


class WhyEnd(Enum):
    """Why it is not wanted any more."""

    #: The price is back on the good side of the threshold.
    NO_BREACH = auto()
    #: The profit it was to take is not there any more.
    NO_PROFIT = auto()
    #: Its owner requested it too long ago.
    TOO_LATE = auto()
    #: Its owner requested it at a much better price than that of now.
    PRICE_WORSE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFacts:
    """What is known of an exit before its next order."""

    #: Whether its owner requested it.
    is_manual: bool
    #: Whether it is to take a profit.
    is_profit: bool = False
    is_first_attempt: bool
    #: Since this process took it up.
    age_s: float
    #: Of an exit that its guard began: whether it is no breach any more.
    is_breach_over: bool = False
    #: Of an exit that is to take a profit: whether it would not win any more.
    is_profit_gone: bool = False
    #: Of a manual close: whether its request is too old.
    is_too_late: bool = False
    #: The same: whether its owner wanted it whatever the price is.
    at_any_price: bool = False
    #: The price of now; None without one.
    price: Decimal | None = None
    shown_price: Decimal
    direction: Direction

    @property
    def leaves_at_once(self) -> bool:
        """Return whether it leaves at the price it began with."""
        if self.is_profit:
            return False
        return self.is_first_attempt and (not self.is_manual or self.age_s <= AT_ONCE_S)

    @property
    def is_price_needed(self) -> bool:
        """Return whether the price of now decides."""
        return not (self.leaves_at_once or self.is_too_late or self.at_any_price)


def why_end(facts: EndFacts) -> WhyEnd | None:
    """Decide whether an exit ends before its next order; None where it goes on."""
    if facts.leaves_at_once:
        return None
    if facts.is_profit:
        return WhyEnd.NO_PROFIT if facts.is_profit_gone else None
    if not facts.is_manual:
        return WhyEnd.NO_BREACH if facts.is_breach_over else None
    if facts.is_too_late:
        return WhyEnd.TOO_LATE
    if facts.at_any_price or facts.price is None:
        return None
    is_price_worse = is_worse(facts.price, facts.shown_price, facts.direction)
    return WhyEnd.PRICE_WORSE if is_price_worse else None
