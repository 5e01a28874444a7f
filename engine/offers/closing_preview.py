"""What a manual close would do, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.alerts.messages import AgainstGuard
from engine.market.mark import PriceProblem
from engine.model.holdings import Direction
from engine.model.orders import CancelledOrder
from engine.model.venues import Venue


class ObstacleKind(StrEnum):
    """What keeps a position from being sold now."""

    BEING_SOLD = "being_sold"
    #: Its sale could not be written down.
    NOT_WRITTEN = "not_written"
    #: It is being sold, or its guard changed since it was shown.
    CHANGED = "changed"
    #: It is not certain yet that the account's changed key opens the same account.
    KEY_UNCERTAIN = "key_uncertain"
    #: The detail is the latest error, if any.
    NO_ANSWER = "no_answer"
    UNREAD_SALE = "unread_sale"
    #: The detail is the error.
    ORDERS_UNREAD = "orders_unread"
    ORDERS_LATE = "orders_late"
    SHORT = "short"
    TOKENIZED = "tokenized"
    NOT_LISTED = "not_listed"
    LISTING_UNKNOWN = "listing_unknown"
    #: Nothing but that it is locked or staked.
    LOCKED = "locked"
    NOTHING_LEFT = "nothing_left"
    #: No longer held when the button was pressed.
    NOT_HELD = "not_held"
    #: The detail is the pair's status.
    NO_MARKET_ORDERS = "no_market_orders"
    PRICE_UNKNOWN = "price_unknown"
    #: The detail is the error.
    PRICE_UNREAD = "price_unread"
    PRICE_LATE = "price_late"
    TOO_SMALL = "too_small"
    #: A part was named that is more than can be sold; the detail is how much can be.
    MORE_THAN_HELD = "more_than_held"
    #: A part was named in dollars, and the price is in a currency whose rate is unknown.
    NO_USD_PRICE = "no_usd_price"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a position from being sold now."""

    kind: ObstacleKind
    #: The venue's own error text, the pair's status or the least that is sold, as its kind says.
    detail: str = ""
    #: Why the price is unknown.
    problem: PriceProblem | None = None


class Worsening(StrEnum):
    """What changed to the owner's disadvantage between a preview and its press."""

    OTHER_PAIR = "other_pair"
    PRICE = "price"
    #: More can be sold than was shown.
    MORE = "more"
    #: An open order holds it that was not shown.
    OTHER_ORDER = "other_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAgain:
    """Why a preview is shown again instead of sold."""

    why: Worsening
    #: The pair it would be sold through now, and the one that was shown; empty in what an earlier version stored.
    symbol: str
    shown_symbol: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """What the sale of a part leaves of a position."""

    quantity: Decimal
    #: How much of it stays guarded.
    guarded: Decimal
    #: Why what its guard would keep is too little to be guarded; empty where it is not, or there is no guard.
    too_small: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLine:
    """One position: what selling it now would bring, or why it cannot be sold now."""

    venue: Venue
    #: The pair it would be sold through, or the asset where there is none.
    symbol: str
    direction: Direction
    #: What would be sold, in whole lots; what is held where nothing can be.
    quantity: Decimal
    #: When the account was read.
    read_at: datetime
    #: The part that is staked and stays.
    locked: Decimal
    currency: str
    #: The average price the market shows for this quantity now; None is unknown.
    price: Decimal | None
    price_at: datetime | None
    #: True when the market shows buyers for a part of it only.
    thin: bool = False
    #: True when ticker and order book differ, and the price is the worse of the two.
    contradicted: bool = False
    #: Quantity times price, and what the venue takes of it.
    value: Decimal | None
    fee: Decimal | None
    #: False when that is the venue's usual fee and not what the account pays.
    is_fee_own: bool = True
    #: After the fee and against what was paid; None when the entry of some of it is unknown.
    result: Decimal | None
    #: What was paid for each unit of it; None where the result is.
    entry: Decimal | None = None
    #: The same against what its guard counts from; None without a guard.
    against_guard: AgainstGuard | None = None
    #: Open orders that hold it and would be cancelled.
    cancels: tuple[CancelledOrder, ...] = ()
    #: Open orders that may hold it and cannot be read, so that it is unknown whether they must be cancelled.
    unreadable: tuple[str, ...] = ()
    #: What is meant to stay where a part is sold; None where all of it is.
    stays: Stays | None = None
    #: None when it can be sold.
    obstacle: Obstacle | None = None
    #: When its market opens, where that is shut and its venue says when.
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePreview:
    """What the button would do, for sixty seconds; nothing is sold by showing it."""

    lines: tuple[CloseLine, ...]
    #: Carried by the button; None when nothing can be sold now.
    confirmation_id: str | None
    #: Why it is shown again instead of sold; None at first.
    again: ShownAgain | None = None
    as_of: datetime
    expires_at: datetime

    @property
    def sellable(self) -> tuple[CloseLine, ...]:
        """Return the positions the button would sell."""
        return tuple(line for line in self.lines if line.obstacle is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selling:
    """What is being sold now; the alert of each fill follows by itself."""

    lines: tuple[CloseLine, ...]
    #: What was not begun, each with its obstacle.
    left_out: tuple[CloseLine, ...] = ()
    #: What is written down and sold by the next start of the process, if that is soon enough.
    written_down: tuple[CloseLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The owner chose to sell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChoice:
    """What one button of a choice of parts would sell."""

    percent: int
    lines: tuple[CloseLine, ...]

    @property
    def sellable(self) -> tuple[CloseLine, ...]:
        """Return the positions it would sell a part of."""
        return tuple(line for line in self.lines if line.obstacle is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsPreview:
    """A choice of parts, each with its own button; nothing is sold by showing it."""

    #: All of it, whose confirmation every button carries.
    whole: ClosePreview
    choices: tuple[PartChoice, ...]
