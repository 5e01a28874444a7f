"""What we mean to do at a venue, as it is written down before anything leaves."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from engine.brokers.base import Priority
from engine.model.delays import Unseen
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import PositionKey, PositionKind
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.model.orders import CancelledOrder, ClientOrderId, Side, VenueOrderId
from engine.model.venues import Venue
from engine.orders.balance_verdict import SendBasis
from engine.orders.states import IntentState, client_order_id
from engine.orders.step_cause import StepCause


class IntentKind(StrEnum):
    """Exits never depend on entry gates."""

    EXIT = "exit"
    ENTRY = "entry"


#: The basis of a trigger that is the owner's request.
MANUAL = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualClose:
    """An exit its owner requested: what stays guarded of what cannot be sold."""

    #: What was guarded before and its cost; both zero when nothing was.
    guarded: Decimal
    guarded_cost: Decimal
    #: What that had cost its owner where `guarded_cost` counts from the price of a day; None is unknown.
    paid: Decimal | None = None
    #: Why the guard was paused before; None when it watched or there was none.
    paused: GuardReason | str | None = None
    paused_detail: str = ""
    #: False when some of it has no known entry; then no result is reported.
    entry_known: bool
    #: How much its owner was shown, before it is cut to whole lots; None in records of earlier versions.
    most: Decimal | None = None
    #: Whether its owner wanted a part of it sold, so that what is left is meant to stay.
    is_part: bool = False
    #: Whether its owner wanted it sold whatever the price is by then.
    at_any_price: bool = False
    #: How much of the position there was by the reading that was shown, sellable or not; None in earlier records.
    there: Decimal | None = None
    #: The last step of our orders that was stored when that was requested; None where nothing dates it.
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTerms:
    """What a buy was confirmed as, beside its price and the threshold of what it brings."""

    #: What is spent in all, fees included.
    usd: Decimal
    #: The price move at which its profit is taken, as a fraction.
    target: Decimal
    #: What the account pays for an order, as a fraction.
    taker: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Why an order was begun: the accepted mark and how it stood against the threshold, or its owner's request."""

    price: Decimal
    #: bid, ask, mid or walked: where the price was taken from; `manual` when its owner wanted it.
    basis: str
    #: Result as a fraction of cost at that price.
    ratio: Decimal
    threshold: Decimal
    #: The gain that was to be taken; None where the threshold, a stop or its owner sells.
    target: Decimal | None = None
    #: The trailing stop that was reached while the loss was none, or above the threshold.
    stop: Decimal | None = None
    #: The guarded quantity and its cost when it triggered.
    quantity: Decimal
    cost: Decimal
    #: What the quantity cost its owner, where that is known apart from `cost`.
    paid: Decimal | None = None
    #: True where `cost` counts from the price of a day and not from what was paid.
    since_guarded: bool = False
    at: datetime
    #: When the price was true; None in records of earlier versions.
    price_at: datetime | None = None
    manual: Annotated[ManualClose | None, Field(alias="asked")] = None
    #: Of a buy; None of everything else.
    entry: EntryTerms | None = None
    #: Why the breach may have been seen late; None where it was looked for all the time.
    unseen: Unseen | None = None

    @property
    def paid_cost(self) -> Decimal | None:
        """Return what the quantity cost its owner; None is unknown."""
        if self.paid is not None or self.since_guarded:
            return self.paid
        return None if self.manual is not None and not self.manual.entry_known else self.cost

    @property
    def guarded(self) -> tuple[Decimal, Decimal]:
        """Return what was guarded before and what its guard counts from; zeros where nothing was."""
        if self.manual is None:
            return self.quantity, self.cost
        return self.manual.guarded, self.manual.guarded_cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One order from plan to its end; every change is also an event row."""

    intent_id: str
    user_id: int
    account_id: str
    venue: Venue
    guard_id: str | None
    kind: IntentKind
    symbol: str
    asset: str
    side: Side
    quantity: Decimal
    reduce_only: bool = False
    leverage: int | None = None
    state: IntentState
    #: Rises only after the last attempt is proven final.
    attempt: int
    #: Deterministic from intent and attempt, on disk before the request leaves.
    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId | None = None
    trigger: Trigger | None = None
    #: Over all attempts, as the venue reports it.
    filled_quantity: Decimal = ZERO
    #: Value of what was filled, in the quote currency; None is unknown.
    cost: Decimal | None = None
    fee: Decimal | None = None
    fee_asset: str | None = None
    created_at: datetime
    updated_at: datetime
    #: When the present attempt left; None before.
    sent_at: datetime | None = None

    @property
    def position(self) -> PositionKey:
        """Return which position it changes."""
        kind = PositionKind.MARGIN if self.reduce_only else PositionKind.SPOT
        symbol = self.symbol if self.reduce_only else None
        return PositionKey(account_id=self.account_id, kind=kind, asset=self.asset, symbol=symbol)

    def as_attempt(self, attempt: int) -> Self:
        """Return it as it was, or will be, when its attempt of this number left."""
        own_id = client_order_id(self.intent_id, attempt)
        return replace(self, attempt=attempt, client_order_id=own_id)

    def change_of(self, asset: str) -> Decimal:
        """Return by how much its order's totals changed an asset, as `movements.change_of` does for one fill."""
        sign = -1 if self.side is Side.SELL else 1
        change = ZERO
        with exact():
            if asset == self.asset:
                change += sign * self.filled_quantity
            if asset == quote_of(self.symbol):
                change -= sign * (self.cost or ZERO)
            if asset == self.fee_asset:
                change -= self.fee or ZERO
        return change

    @property
    def priority(self) -> Priority:
        """Return where all calls for it stand in the lane of its key."""
        return Priority.EXIT if self.kind is IntentKind.EXIT else Priority.ENTRY

    @property
    def trigger_price(self) -> Decimal:
        """Return the price it was triggered at; zero where none was written down."""
        return self.trigger.price if self.trigger else ZERO

    @property
    def manual(self) -> ManualClose | None:
        """Return what its owner requested; None when a guard began it."""
        return self.trigger.manual if self.trigger else None

    @property
    def is_profit(self) -> bool:
        """Return whether it is to take a profit."""
        return self.trigger is not None and self.trigger.target is not None


class StepNote(StrEnum):
    """What a step is about that changes no state."""

    #: An order that holds what is to be sold is about to be cancelled.
    RELEASE = "release"
    #: It was cancelled indeed; the step has the part of it that had not filled before.
    RELEASED = "released"
    #: It was gone already: filled, or cancelled elsewhere.
    NOT_RELEASED = "not released"
    #: The venue put another order in the place of the accepted one.
    REPLACED = "replaced"
    #: Behind the intent's end, the order of an attempt that was given up was found filled.
    FILLED_LATE = "filled late"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentStep:
    """One transition of an intent, a row in an append-only table: when, from where to where, why, and the venue's message."""

    intent_id: str
    user_id: int
    account_id: str
    seq: int
    at: datetime
    from_state: IntentState | None
    to_state: IntentState
    #: That of another version as it stands; empty where there is a note.
    cause: StepCause | str
    detail: str
    #: What an attempt that leaves with this step was based on; None where nothing was read before it.
    basis: SendBasis | None = None
    #: None for a step that changes the state.
    note: StepNote | None = None
    #: The venue's id of the order of ours that was accepted, took another's place or filled late.
    order_id: str | None = None
    #: Which attempt's order filled late.
    attempt: int | None = None
    #: The open order that is about to be cancelled, was, or was gone already; steps of earlier versions lack the last.
    cancelled: CancelledOrder | None = None

    @property
    def why(self) -> str:
        """Return what it notes, or why it changed the state."""
        return self.note or self.cause
