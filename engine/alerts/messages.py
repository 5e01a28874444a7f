"""What an alert tells: one frozen value a kind, stored as JSON and rendered when delivered."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from engine.guards.offers import Armed, Choice, Offer
from engine.orders import Side
from engine.positions import Direction
from engine.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledOrder:
    """An open order that had to go because it held what was to be sold."""

    side: Side
    quantity: Decimal
    #: None for orders without a price of their own.
    price: Decimal | None
    venue_order_id: str = ""
    symbol: str = ""
    #: False while the venue has accepted the cancel and not said what became of the order.
    confirmed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitFilled:
    """A position was sold at market, by its guard or as its owner asked: the exact fill."""

    kind: Literal["exit_filled"] = "exit_filled"
    venue: Venue
    symbol: str
    #: The pair it is guarded in, where it was sold through another one; trigger and result are in its currency.
    instead_of: str = ""
    #: One unit of `currency` in that of the guard; None is unknown.
    rate: Decimal | None = Decimal(1)
    direction: Direction
    trigger_ratio: Decimal
    threshold: Decimal
    #: The price that triggered, to compare the fill with.
    trigger_price: Decimal
    quantity: Decimal
    #: Average over all fills, in `currency`.
    fill_price: Decimal
    currency: str
    #: None while the venue has not told it.
    fee: Decimal | None
    fee_asset: str | None
    #: In `currency`, at what the account pays, where the venue books the fee later; None is unknown.
    fee_estimate: Decimal | None = None
    #: None when the entry or the value is unknown.
    realised: Decimal | None
    #: True when the fee is not in `realised`: not booked yet, or charged in another asset.
    before_fee: bool = False
    cancelled: tuple[CancelledOrder, ...] = ()
    #: Guarded but not sold in this order (below the lot, or not there), with the reason.
    left_over: Decimal = Decimal(0)
    left_over_why: str = ""
    triggered_at: datetime
    filled_at: datetime
    venue_order_id: str
    client_order_id: str
    #: True when the fill was found after an outage of the answer, the process or the venue.
    found_later: bool = False
    #: True when its owner asked for it; then threshold and ratio say nothing.
    asked: bool = False
    #: False when the entry of what was sold is not known, and so neither is the result.
    entry_known: bool = True
    #: True when the result counts from the price on the day it was guarded, not from what was paid.
    since_guarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitFailing:
    """A guarded position is past its threshold and not sold yet: why, and what is being done."""

    kind: Literal["exit_failing"] = "exit_failing"
    venue: Venue
    symbol: str
    trigger_ratio: Decimal
    threshold: Decimal
    quantity: Decimal
    why: str
    doing: str
    since: datetime
    #: True when its owner asked for it; then threshold and ratio say nothing.
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitParked:
    """An exit ended without selling everything: dust, nothing left, or asked for too long ago."""

    kind: Literal["exit_parked"] = "exit_parked"
    venue: Venue
    symbol: str
    quantity: Decimal
    why: str
    #: Orders that were cancelled for the sale and are not there any more.
    cancelled: tuple[CancelledOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitStoodDown:
    """The price came back before a failing exit got through: nothing was sold, the guard watches on."""

    kind: Literal["exit_stood_down"] = "exit_stood_down"
    venue: Venue
    symbol: str
    quantity: Decimal
    threshold: Decimal
    #: Orders that were cancelled for the sale and are not there any more.
    cancelled: tuple[CancelledOrder, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingGuarded:
    """What the settings had guarded when an account was first read, and what they left out."""

    kind: Literal["existing_guarded"] = "existing_guarded"
    venue: Venue
    armed: Armed


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContact:
    """Positions found when an account was first read, and the question whether to guard them."""

    kind: Literal["first_contact"] = "first_contact"
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReduced:
    """Something was sold or withdrawn by hand, and the guarded quantity shrank with it."""

    kind: Literal["guard_reduced"] = "guard_reduced"
    venue: Venue
    symbol: str
    was: Decimal
    now: Decimal
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardPaused:
    """A guarded quantity changed without a fill; the guard waits for the owner's answer."""

    kind: Literal["guard_paused"] = "guard_paused"
    venue: Venue
    symbol: str
    guarded: Decimal
    seen: Decimal
    why: str
    offer: Offer | None = None
    #: True when it is gone, and the guard goes on by itself once it is back as it was.
    may_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardResumed:
    """What a venue showed as gone is back as it was, and its guard watches again."""

    kind: Literal["guard_resumed"] = "guard_resumed"
    venue: Venue
    symbol: str
    guarded: Decimal
    seen: Decimal
    threshold: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinRenamed:
    """A guarded coin went without a sale as another came: its guard ended, and the owner is asked about the new one."""

    kind: Literal["coin_renamed"] = "coin_renamed"
    venue: Venue
    #: What was guarded.
    symbol: str
    quantity: Decimal
    #: What is there instead.
    became: str
    #: How much of it there is; None in what was written before that was known.
    arrived: Decimal | None = None
    #: How the new one could be guarded; None when it cannot be now.
    offer: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillSeen:
    """One fill in an alert."""

    side: Side
    quantity: Decimal
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedElsewhere:
    """A guarded position was closed at the venue, not by us."""

    kind: Literal["closed_elsewhere"] = "closed_elsewhere"
    venue: Venue
    symbol: str
    quantity: Decimal
    fills: tuple[FillSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How far a guarded position moved while nobody watched, as fractions of its cost."""

    venue: Venue
    symbol: str
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotWatching:
    """The process was away: from when to when, and what moved meanwhile."""

    kind: Literal["not_watching"] = "not_watching"
    since: datetime
    until: datetime
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTrouble:
    """A guarded position has no trustworthy price, or a wide spread; or has one again."""

    kind: Literal["price_trouble"] = "price_trouble"
    venue: Venue
    symbol: str
    #: `unknown`, `wide_spread` or `back`.
    what: Literal["unknown", "wide_spread", "back"]
    why: str
    since: datetime
    #: Other instruments of the same account of which the same is true.
    others: tuple[str, ...] = ()
    #: True when it was told before and is still so.
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTrouble:
    """A broker does not answer or refuses the key; or answers again."""

    kind: Literal["broker_trouble"] = "broker_trouble"
    venue: Venue
    what: Literal["unreachable", "key_rejected", "back"]
    why: str
    since: datetime
    #: True when it was told before and is still so.
    again: bool = False
    #: False when nothing is guarded at it.
    guarded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesChanged:
    """Entries were stopped or allowed by a command on the server."""

    kind: Literal["entries_changed"] = "entries_changed"
    halted: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertUnreadable:
    """An alert whose stored data cannot be read: what is known of it without."""

    kind: Literal["alert_unreadable"] = "alert_unreadable"
    #: The number and the kind of that alert.
    alert_id: int
    lost: str
    written_at: datetime
    #: What can be made out of it; empty where that is nothing.
    text: str = ""


class RecordKind(StrEnum):
    """What a stored row stands for."""

    GUARD = "guard"
    EXIT = "exit"
    #: What entries and results are worked out from.
    FILL = "fill"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUnreadable:
    """A stored guard, exit or fill cannot be read, so that it is left out; or can be again."""

    kind: Literal["record_unreadable"] = "record_unreadable"
    record: RecordKind
    #: Its own number or name in the database.
    name: str
    #: What is known of it without its row; empty where that is damaged too.
    symbol: str = ""
    venue_label: str = ""
    #: What of it cannot be read.
    why: str
    #: True for a guard whose sale had begun.
    on_sale: bool = False
    #: True once it can be read again, or is no longer asked for.
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsMoved:
    """The settings name another first owner: the accounts, and what is guarded there, are theirs now."""

    kind: Literal["accounts_moved"] = "accounts_moved"
    venues: tuple[Venue, ...]
    #: The symbols that have a guard.
    guarded: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCopied:
    """The database file is a copy or was moved: its guards wait until their owner says that only this bot runs."""

    kind: Literal["database_copied"] = "database_copied"
    #: The symbols that have a guard, each with its venue.
    guarded: tuple[str, ...]
    choice: Choice
    at: datetime


Message = Annotated[
    ExitFilled
    | ExitFailing
    | ExitParked
    | ExitStoodDown
    | ExistingGuarded
    | FirstContact
    | GuardReduced
    | GuardPaused
    | GuardResumed
    | CoinRenamed
    | ClosedElsewhere
    | NotWatching
    | PriceTrouble
    | BrokerTrouble
    | EntriesChanged
    | AlertUnreadable
    | RecordUnreadable
    | AccountsMoved
    | DatabaseCopied,
    Field(discriminator="kind"),
]

_codec: TypeAdapter[Message] = TypeAdapter(Message)


def dump_message(message: Message) -> str:
    """Write a message as JSON with exact decimals."""
    return _codec.dump_json(message).decode()


def load_message(text: str) -> Message:
    """Read a stored message back."""
    return _codec.validate_json(text)
