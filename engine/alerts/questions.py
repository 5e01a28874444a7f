"""Questions about guarding positions, as a screen or an alert carries them, and what came of guarding."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.guards.guard import Guard
from engine.model.venues import Venue
from engine.portfolio.position import Position
from engine.portfolio.why_never import Never


class ChoiceKind(StrEnum):
    """One button; the chat has a label for each."""

    GUARD_ALL_FROM_COST = "guard_all_from_cost"
    GUARD_ALL_FROM_PRICE = "guard_all_from_price"
    CHOOSE = "choose"
    LEAVE_ALONE = "leave_alone"
    GUARD_FROM_COST = "guard_from_cost"
    GUARD_FROM_PRICE = "guard_from_price"
    #: Arms a guard that is already past its threshold, so that it is sold at once.
    GUARD_AND_SELL_NOW = "guard_and_sell_now"
    UNGUARD = "unguard"
    RESUME_GUARD = "resume_guard"
    #: Lets the guards of a copied or moved database go on where it is now.
    GUARD_HERE = "guard_here"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button bound to one user, used once, expiring."""

    kind: ChoiceKind
    #: Opaque id that travels as callback data (at most 64 bytes with its prefix).
    confirmation_id: str
    #: What the button is about when a screen has several of a kind: `BTC` or `BTC Kraken`.
    subject: str | None = None


class Standing(StrEnum):
    """Where a position would stand the moment it were armed from its cost."""

    ABOVE_THRESHOLD = "above threshold"
    #: At or below: it would be sold now, so it needs its own confirmation.
    WOULD_BE_SOLD_NOW = "would be sold now"
    #: No entry: can only be guarded from today's price.
    ENTRY_UNKNOWN = "entry unknown"
    CANNOT_BE_GUARDED = "cannot be guarded"


class About(StrEnum):
    """What a question decides."""

    FIRST_CONTACT = "first_contact"
    GUARD = "guard"
    GUARD_ALL = "guard_all"
    WOULD_SELL = "would_sell"
    CHOOSE = "choose"
    UNGUARD = "unguard"
    CHANGED = "changed"
    RENAMED = "renamed"
    PAUSED = "paused"


class Exclusion(StrEnum):
    """Why a holding cannot be guarded now."""

    ALREADY_GUARDED = "already_guarded"
    CANNOT_BE_SOLD = "cannot_be_sold"
    SHORT = Never.SHORT.value
    NOT_LISTED = Never.NOT_LISTED.value
    TOKENIZED = Never.TOKENIZED.value
    PRICE_UNKNOWN = "price_unknown"
    MARKET_CLOSED = "market_closed"
    #: Not read since an order of ours changed it.
    UNREAD_SALE = "unread_sale"
    DUST = "dust"
    #: It changed while its owner answered.
    CHANGED = "changed"


class NoEntry(StrEnum):
    """Why a holding cannot be guarded from its cost."""

    ENTRY_UNKNOWN = "entry_unknown"
    FILLS_PENDING = "fills_pending"
    OTHER_CURRENCY = "other_currency"
    #: What was bought is too little to be sold by itself.
    DUST = "dust"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """One position in an offer, with what arming it would mean."""

    position: Position
    standing: Standing
    #: Result at the present mark as a fraction of cost and in the entry's currency; None without an entry.
    pnl_ratio: Decimal | None
    pnl: Decimal | None
    #: What keeps it from being guarded. A text that is no `Exclusion` was written by an earlier version.
    excluded: Exclusion | str | None = None
    #: What keeps it from being guarded from its cost.
    no_entry: NoEntry | None = None
    #: Why its venue does not answer now; empty when it answers.
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingCost:
    """The taker fees of buying and selling again at a broker, as a fraction; the spread comes on top."""

    venue: Venue
    fees: Decimal
    #: False when they are the venue's usual ones and not what the account pays.
    is_own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A screen that asks: lines of positions and the buttons below them."""

    #: A text that is no `About` was written by another version.
    about: About | str
    lines: tuple[OfferLine, ...]
    choices: tuple[Choice, ...]
    threshold: Decimal
    #: What trading in and out costs at each broker where it exceeds the threshold.
    costly_at: tuple[TradingCost, ...] = ()
    as_of: datetime
    expires_at: datetime


class PartReason(StrEnum):
    """Why a guard covers only a part of its position."""

    STAKED = "staked"
    NO_COST = "what it cost is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLeftOut:
    """The part of a guarded position that its guard does not cover."""

    position: Position
    quantity: Decimal
    why: PartReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """Guards now watching; `follow_up` asks about those that would be sold at once."""

    guards: tuple[Guard, ...]
    #: What the guards just set do not cover of their positions.
    parts_left_out: tuple[PartLeftOut, ...] = ()
    #: What could not be armed, each with its reason.
    left_out: tuple[OfferLine, ...] = ()
    follow_up: Offer | None = None
    #: Those of the guards that were to sell at once, and are above their threshold again.
    not_sold: tuple[Guard, ...] = ()
    #: Those of them that are past it, so that they are sold now.
    sold_now: tuple[Guard, ...] = ()
