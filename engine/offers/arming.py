"""Holdings that could be guarded, and a plan that says what guarding them would mean."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.guards.guard import Guard, GuardSource
from engine.market.mark import Mark, PriceUnknown
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import Instrument
from engine.model.money import ZERO
from engine.model.venues import Account


class ArmingMode(StrEnum):
    """What happens to holdings that were there before (`NIJA_GUARD_EXISTING`)."""

    #: List them and let the owner choose.
    ASK = "ask"
    #: Guard every one with a known entry that would not be sold at once.
    ALL = "all"
    NONE = "none"


class Exclusion(StrEnum):
    """Why a holding cannot be guarded now."""

    ALREADY_GUARDED = "already guarded"
    CANNOT_BE_SOLD = "cannot be sold now"
    SHORT = "a short position, which NIJA only shows"
    NOT_LISTED = "neither a coin nor a share that is listed there, so NIJA does not sell it"
    TOKENIZED = "a tokenized stock, which NIJA prices and does not sell; sell it at the venue itself"
    PRICE_UNKNOWN = "price unknown"
    MARKET_CLOSED = "market closed"
    UNREAD_SALE = "not read since it was sold; try again in a moment"
    DUST = "below the venue's minimum"


class NoEntry(StrEnum):
    """Why a holding cannot be guarded from its cost."""

    ENTRY_UNKNOWN = "entry unknown"
    FILLS_PENDING = "its fills are still being read"
    OTHER_CURRENCY = "bought with another currency than it is sold for"
    DUST = "what was bought is below the venue's minimum"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingCandidate:
    """One position that was found, with all that is known of it."""

    account: Account
    kind: PositionKind = PositionKind.SPOT
    direction: Direction = Direction.LONG
    asset: str
    #: What it would be sold as; None when it is not listed.
    instrument: Instrument | None
    #: False while nobody tells what is listed there.
    is_listing_known: bool = True
    quantity: Decimal
    #: The part that is staked or bonded.
    locked: Decimal = ZERO
    #: The part that is guarded already.
    guarded: Decimal = ZERO
    #: The explained part of the quantity and what it cost.
    entry_quantity: Decimal = ZERO
    entry_cost: Decimal = ZERO
    entry_currency: str | None = None
    #: In the instrument's quote.
    mark: Mark | PriceUnknown
    threshold: Decimal
    leverage: int | None = None
    venue_entry: Decimal | None = None
    #: When the quantity was read.
    as_of: datetime
    #: The same on the venue's own clock, where that is known.
    venue_as_of: datetime | None = None
    #: The last step of our orders that the quantity certainly includes, where that is known.
    step: int | None = None
    #: True while fills are awaited without which nobody knows what today's quantity cost.
    fills_pending: bool = False
    #: True while the quantity is of before a sale of ours.
    is_unread: bool = False
    #: A paused guard of it, which gives way to a new one.
    replaces: Guard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arming:
    """A guard that could be set."""

    candidate: ArmingCandidate
    symbol: str
    source: GuardSource
    quantity: Decimal
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldSell:
    """A guard that would sell at once, so it needs a confirmation of its own."""

    arming: Arming
    pnl: Decimal
    pnl_ratio: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A position that cannot be guarded now."""

    candidate: ArmingCandidate
    reason: Exclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutEntry:
    """A position that can be guarded from today's price only."""

    candidate: ArmingCandidate
    reason: NoEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingPlan:
    """What can be done about the positions found; setting any of these guards sells nothing."""

    #: To be armed without asking.
    arm_now: tuple[Arming, ...]
    #: Can be armed from cost and stay above their threshold, `arm_now` included.
    from_cost: tuple[Arming, ...]
    #: Can be armed from today's price.
    from_price: tuple[Arming, ...]
    #: At or below their threshold from cost: left unguarded until confirmed one by one.
    would_sell: tuple[WouldSell, ...]
    without_entry: tuple[WithoutEntry, ...]
    excluded: tuple[Excluded, ...]
    #: Whether the owner is to be asked.
    ask: bool
